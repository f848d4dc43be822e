<#
.SYNOPSIS
Sets up what is missing on Windows, says what and why, then runs; the counterpart of the script "desk".
.DESCRIPTION
  packaging\desk.ps1 demo [DIR]    the whole job on an example: workspace, search, criteria, handoff pack
  packaging\desk.ps1 test [...]    every test, without a window; arguments go to pytest
  packaging\desk.ps1 bench [...]   the benchmarks; arguments go to the runner
  packaging\desk.ps1 [...]         the application; arguments go to hypercare-desk

Needs Windows 10 or later and Windows PowerShell 5.1 or later. Where scripts are not allowed to run:
  powershell -ExecutionPolicy Bypass -File packaging\desk.ps1 demo
HYPERCARE_DESK_VENV names another place for the Python packages than .venv in the checkout.
#>
# No parameters are declared: everything that follows the script's name is passed on as it is.
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 2

$root = Split-Path -Parent $PSScriptRoot
$venv = if ($env:HYPERCARE_DESK_VENV) { [IO.Path]::GetFullPath($env:HYPERCARE_DESK_VENV) } else { Join-Path $root '.venv' }
$python = Join-Path $venv 'Scripts\python.exe'
$uv = Join-Path $venv 'Scripts\uv.exe'
$fits = 'import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))'

function Say([string] $text) { [Console]::Error.WriteLine("desk: $text") }
function Stop-Desk([string] $text) { Say $text; exit 1 }

# Whether a program ends with status 0; what it prints is not shown.
function Test-Run([string] $program, [string[]] $arguments) {
    $before = $ErrorActionPreference
    $ErrorActionPreference = 'SilentlyContinue' # a line on standard error is no failure
    try { & $program @arguments *> $null; return $LASTEXITCODE -eq 0 }
    catch { return $false }
    finally { $ErrorActionPreference = $before }
}

# Runs a program in sight of the user and stops when it fails.
function Invoke-Step([string] $failure, [string] $program, [string[]] $arguments) {
    $before = $ErrorActionPreference
    $ErrorActionPreference = 'Continue'
    & $program @arguments | Out-Host
    $status = $LASTEXITCODE
    $ErrorActionPreference = $before
    if ($status -ne 0) { Stop-Desk $failure }
}

function Test-Environment { (Test-Path -LiteralPath $python) -and (Test-Run $python @('-c', $fits)) }

# The program and its leading arguments, e.g. "py", "-3.11"; nothing when no Python fits.
function Find-Python {
    $candidates = @(
        @('py', '-3.14'), @('py', '-3.13'), @('py', '-3.12'), @('py', '-3.11'), @('python'), @('python3')
    )
    foreach ($candidate in $candidates) {
        if (-not (Get-Command $candidate[0] -ErrorAction SilentlyContinue)) { continue }
        $leading = @($candidate | Select-Object -Skip 1)
        if (Test-Run $candidate[0] ($leading + @('-c', $fits))) { return , $candidate }
    }
}

# What an installation depends on: the locked packages, how they are declared, the Python, and both places.
function Get-Fingerprint {
    $parts = @(
        (Get-FileHash -Algorithm SHA256 -LiteralPath (Join-Path $root 'uv.lock')).Hash
        (Get-FileHash -Algorithm SHA256 -LiteralPath (Join-Path $root 'pyproject.toml')).Hash
        ((& $python -c 'import sys; print(sys.version)') -join ' ')
        $root
        $venv
    )
    $bytes = [Text.Encoding]::UTF8.GetBytes($parts -join "`n")
    $sha = [Security.Cryptography.SHA256]::Create()
    try { return [BitConverter]::ToString($sha.ComputeHash($bytes)).Replace('-', '') } finally { $sha.Dispose() }
}

function Get-Mark([string] $name) { Join-Path $venv ".desk-$name" }

function Test-Ready([string] $kind) {
    if ((Test-Path -LiteralPath (Get-Mark 'unfinished')) -or -not (Test-Environment)) { return $false }
    $now = Get-Fingerprint
    # Every kind of installation holds the application.
    $kinds = if ($kind -eq 'run') { @('run', 'test', 'bench') } else { @($kind) }
    foreach ($name in $kinds) {
        $mark = Get-Mark $name
        if ((Test-Path -LiteralPath $mark) -and (Get-Content -LiteralPath $mark -Raw).Trim() -eq $now) { return $true }
    }
    return $false
}

function New-Environment {
    $made = Get-Mark 'made'
    $unfinished = Get-Mark 'unfinished'
    if (Test-Path -LiteralPath $made) {
        # Made by this script: whatever is wrong with it, a new one is right.
        $moved = (Get-Content -LiteralPath $made -Raw).Trim() -ne $venv
        if ($moved -or (Test-Path -LiteralPath $unfinished) -or -not (Test-Environment)) {
            Say "the environment in $venv is unfinished, moved or broken: making it anew"
            Remove-Item -LiteralPath $venv -Recurse -Force
        }
    }
    if (-not (Test-Path -LiteralPath $venv)) {
        $base = Find-Python
        if (-not $base) {
            Stop-Desk ('needs Python 3.11 to 3.14. Run "winget install --id Python.Python.3.13 --source winget", ' +
                'open a new terminal, and run this again.')
        }
        Say "making a private Python environment in $venv"
        New-Item -ItemType Directory -Force -Path $venv | Out-Null
        Set-Content -LiteralPath $made -Value $venv -Encoding UTF8
        Set-Content -LiteralPath $unfinished -Value '' -Encoding ASCII
        $leading = @($base | Select-Object -Skip 1)
        Invoke-Step 'the environment could not be made; the reason stands above.' $base[0] ($leading + @('-m', 'venv', $venv))
    }
    if (-not (Test-Environment)) {
        Stop-Desk "$venv is not an environment of Python 3.11 to 3.14; remove it, or name another in HYPERCARE_DESK_VENV."
    }
    Set-Content -LiteralPath $unfinished -Value '' -Encoding ASCII
}

# The installer itself, in the locked version and with the locked hashes.
function Install-Uv {
    $read = @'
import sys, tomllib
with open(sys.argv[1], 'rb') as lock:
    uv = next(package for package in tomllib.load(lock)['package'] if package['name'] == 'uv')
print('uv==' + uv['version'], *('--hash=' + wheel['hash'] for wheel in uv['wheels']))
'@
    $wanted = (& $python -c $read (Join-Path $root 'uv.lock')) -join ''
    $name = ($wanted -split ' ')[0]
    if ((Test-Path -LiteralPath $uv) -and ("uv==" + ((& $uv --version) -split ' ')[1]) -eq $name) { return }
    Say "installing ${name}: it installs the locked packages"
    $list = Join-Path $venv '.desk-uv.txt'
    Set-Content -LiteralPath $list -Value $wanted -Encoding ASCII
    Invoke-Step 'the installer could not be fetched; the reason stands above. Run this again to go on.' $python `
        @('-m', 'pip', 'install', '-q', '--no-deps', '--require-hashes', '-r', $list)
    Remove-Item -LiteralPath $list
}

# uv fetches fastest, but does not read pip's configuration: where that names an index of its own, and where uv
# cannot fetch, pip installs the same locked versions, checked against the same hashes.
function Install-Locked([string[]] $group) {
    $own = $env:PIP_INDEX_URL -or ((& $python -m pip config list) -match '[.]index-url=')
    if (-not $own) {
        $before = $ErrorActionPreference
        $ErrorActionPreference = 'Continue'
        & $uv sync --project $root --frozen --inexact --no-install-project @group | Out-Host
        $status = $LASTEXITCODE
        $ErrorActionPreference = $before
        if ($status -eq 0) { return }
        Say 'uv could not fetch the packages: trying pip'
    }
    $list = Join-Path $venv '.desk-packages.txt'
    Invoke-Step 'uv.lock could not be read; the reason stands above.' $uv `
        (@('export', '--project', $root, '--frozen', '--no-emit-project', '--no-header', '-q', '-o', $list) + $group)
    Invoke-Step 'the Python packages could not be fetched; the reason stands above. Run this again to go on.' $python `
        @('-m', 'pip', 'install', '--no-deps', '--require-hashes', '-r', $list)
    Remove-Item -LiteralPath $list
}

function Install-Everything([string] $kind) {
    New-Environment
    foreach ($name in 'PYTHONHOME', 'PIP_TARGET', 'PIP_PREFIX', 'VIRTUAL_ENV') {
        Remove-Item -LiteralPath "Env:$name" -ErrorAction SilentlyContinue
    }
    $env:PIP_USER = '0'
    $env:PIP_DISABLE_PIP_VERSION_CHECK = '1'
    $env:UV_PROJECT_ENVIRONMENT = $venv
    $env:UV_PYTHON = $python
    $env:UV_PYTHON_DOWNLOADS = 'never'
    $env:UV_COMPILE_BYTECODE = '1'
    Install-Uv
    switch ($kind) {
        'test' { Say 'installing the locked Python packages: the application, its tests and checks'; $group = @('--group', 'dev') }
        'bench' { Say 'installing the locked Python packages: the application and the peers it is measured against'; $group = @('--group', 'bench') }
        default { Say 'installing the locked Python packages: the application'; $group = @() }
    }
    Install-Locked $group
    Invoke-Step 'the checkout could not be installed; the reason stands above.' $uv `
        @('pip', 'install', '-q', '--python', $python, '--offline', '--no-deps', '--no-build-isolation', '-e', $root)
    Set-Content -LiteralPath (Get-Mark $kind) -Value (Get-Fingerprint) -Encoding ASCII
    Remove-Item -LiteralPath (Get-Mark 'unfinished')
    Say 'ready'
}

# Packs are typeset by Pango, which comes with the GTK runtime; everything else works without it.
function Show-PangoNotice {
    $look = 'import ctypes.util, sys; sys.exit(not (ctypes.util.find_library("libpango-1.0-0") or ctypes.util.find_library("pango-1.0-0")))'
    $folder = if ($env:WEASYPRINT_DLL_DIRECTORIES) { ($env:WEASYPRINT_DLL_DIRECTORIES -split ';')[0] } else { 'C:\msys64\ucrt64\bin' }
    if ((Test-Path -LiteralPath (Join-Path $folder 'libpango-1.0-0.dll')) -or (Test-Run $python @('-c', $look))) { return }
    Say ('handoff packs cannot be made yet: they need Pango. Run "winget install --id MSYS2.MSYS2", then in the shell ' +
        'MSYS2 UCRT64 "pacman -S mingw-w64-ucrt-x86_64-pango". Where MSYS2 is not in C:\msys64, set ' +
        'WEASYPRINT_DLL_DIRECTORIES to its folder ucrt64\bin.')
}

$arguments = @($args)
$kind = 'run'
if ($arguments.Count -gt 0 -and @('test', 'bench') -ccontains $arguments[0]) {
    $kind = $arguments[0]
    $arguments = @($arguments | Select-Object -Skip 1)
}
if (-not (Test-Ready $kind)) { Install-Everything $kind }
Show-PangoNotice
$ErrorActionPreference = 'Continue'
switch ($kind) {
    'test' {
        $env:QT_QPA_PLATFORM = 'offscreen'
        Push-Location -LiteralPath $root
        try { & $python -m pytest @arguments } finally { Pop-Location }
    }
    'bench' {
        Push-Location -LiteralPath $root
        try { & $python -m tests.benchmarks @arguments } finally { Pop-Location }
    }
    default { & $python -P -m hypercare_desk @arguments }
}
exit $LASTEXITCODE

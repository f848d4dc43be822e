"""Pages: one folder a page of the rail. Pages never import each other; they ask the navigator."""

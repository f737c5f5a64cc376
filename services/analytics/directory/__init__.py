"""Analytics' copy of the directory 目录副本: divisions, organisations, posts and grids, which intake owns."""

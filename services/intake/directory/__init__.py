"""The directory (目录): divisions 行政区划, organisations 机构, posts 岗位 and grids 网格, which every service copies.

Owned by intake, changed here only, published whole on the compacted topic of the directory. It holds no case and is
readable by every member of staff, wherever they work. Who holds a post is sealed and never published.
Source: the statistics bureau's division codes; the source article for grids of 200 to 300 households (一格五员).
"""

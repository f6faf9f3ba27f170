"""Chemistry: what a drawn graph means. No networks, no images."""

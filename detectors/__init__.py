"""Networks: image -> candidate graph -> refined graph, and the label reader."""

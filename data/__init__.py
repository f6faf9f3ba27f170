"""Training data: molecules, drawings of them with exact targets, and what a page does to them."""

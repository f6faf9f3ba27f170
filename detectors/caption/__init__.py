"""Caption decoders: a whole drawing in, an InChI or SMILES out, token by token."""

"""Super-resolution: networks that enlarge pictures, and how they are trained. Arrays and tensors in, arrays out."""

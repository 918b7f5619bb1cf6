"""The fault plan, which decides, and the carriers, which carry it out."""

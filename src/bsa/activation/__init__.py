"""Double activation: how far residents and institutions are both moving, in an area and a quarter."""

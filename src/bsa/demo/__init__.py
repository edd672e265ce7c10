"""The demo: a made-up neighbourhood, played through the real actions by its cast under a moved clock."""

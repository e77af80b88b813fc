"""Pictures of networks: scenes of shapes and words, and what turns them into SVG, PNG and PDF."""

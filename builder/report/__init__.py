"""What a person looks at after knowledge construction: plots, tables and one HTML page of a run's records."""

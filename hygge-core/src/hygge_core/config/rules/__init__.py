"""What must hold between the parts of an entity, between entities, and for the whole project."""

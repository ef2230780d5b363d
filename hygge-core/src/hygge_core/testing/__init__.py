"""What tests of hygge and of its plugins stand on: fault plans and the conformance kit."""

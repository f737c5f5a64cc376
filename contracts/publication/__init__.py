"""What is generated from the contracts for readers outside the code: schemas, AsyncAPI, catalogue pages."""

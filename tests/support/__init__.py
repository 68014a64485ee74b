"""What the tests share: IAM servers, the strict fake, the engine."""

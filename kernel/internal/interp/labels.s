// This empty file lets labels.go declare a function that another package has the body of.

// Package frontmatter reads and changes the front matter of a page: the YAML between two lines of --- with which a
// Markdown file of Jekyll, MkDocs or Hugo begins, and which a notebook has in its first raw cell.
//
// [Of] finds it in a notebook, [Split] at the head of a text. Both return a [Matter], whose fields are what a
// page is made of: title, date, slug, language, description, tags, categories, draft. Sites spell these in several ways, which are
// read alike (published: false is a draft, language: is lang:, a string of tags is a list); a field of the wrong kind is
// an [*Error] that names the file, the cell, the line and what is expected.
//
// A Matter keeps the text that it was read from. [Matter.Set] and [Matter.Delete] change only the lines of
// their field, so that all else comes back as it was: order, comments, spelling and the fields that this package knows nothing
// of. [New] begins one in the form of a site.
//
// The package does not write pages; names of files and addresses are made of a Matter by package publish.
package frontmatter

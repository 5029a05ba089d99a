package httpd

// Attachment is the header of a file of this name.
func Attachment(name string) string { return attachment(name) }

// MaxUploads and MaxDownloads are how many files move at a time, and Patience is
// for how long a client may move nothing.
const (
	MaxUploads   = maxUploads
	MaxDownloads = maxDownloads
	Patience     = patience
	Slowest      = slowest
)

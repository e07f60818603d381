// Package protocol is Jupyter's messaging protocol as data: the kinds of
// message, their contents, and their form as signed frames.
//
// A [Message] has a [Header], the header of the message that caused it, and a
// content. [Kinds] is the one table of what messages exist: on which channels,
// sent by which side, with which Go type of content. [Encode] turns a message
// into the frames of a ZeroMQ message and signs them with a [Signer]; [Decode]
// verifies and turns them back, and gives the content the type of its kind.
//
// The names and the meaning of the fields are those of the messaging
// specification, version 5.4 with the additions of 5.5 that front ends look for:
// https://jupyter-client.readthedocs.io/en/stable/messaging.html
//
// The package opens no socket and cannot answer a message: that is for the
// packages that use it, on either side of a connection.
package protocol

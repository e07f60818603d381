package history

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the database driver "sqlite", in Go alone
)

// schema follows no other kernel's file: a table of sessions, whose numbers
// SQLite gives out so that two kernels never share one, and one of cells.
const schema = `
CREATE TABLE IF NOT EXISTS sessions (
	session INTEGER PRIMARY KEY AUTOINCREMENT,
	began   TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cells (
	session INTEGER NOT NULL,
	line    INTEGER NOT NULL,
	input   TEXT NOT NULL,
	output  TEXT NOT NULL,
	PRIMARY KEY (session, line));`

// maxOutput bounds the text that is kept of a result, in bytes.
const maxOutput = 64 << 10

// owner is the state of the goroutine that a Store runs.
type owner struct {
	path    string
	log     *slog.Logger
	db      *sql.DB // nil until first needed
	session int     // number of this session in db
	pending []Entry // recorded, not yet written
}

// serve handles requests until one asks to close.
func (o *owner) serve(requests <-chan request) {
	flush := time.NewTimer(flushAfter)
	flush.Stop()
	for {
		select {
		case r := <-requests:
			switch {
			case r.record != nil:
				if len(o.pending) == 0 {
					flush.Reset(flushAfter)
				}
				o.pending = append(o.pending, *r.record)
			case r.query != nil:
				o.write()
				entries, err := o.find(r.query.Query)
				r.query.answer <- answer{entries, err}
			case r.close:
				flush.Stop()
				o.write()
				o.close()
				return
			}
		case <-flush.C:
			o.write()
		}
	}
}

func (o *owner) close() {
	if o.db == nil {
		return
	}
	if err := o.db.Close(); err != nil {
		o.log.Warn("close history", "error", err)
	}
}

// open makes the database ready, in memory when the file cannot be used.
func (o *owner) open() error {
	if o.db != nil {
		return nil
	}
	if o.path != "" {
		err := o.openFile(o.path)
		if err == nil {
			return nil
		}
		o.log.Warn("history is kept in memory only", "file", o.path, "error", err)
	}
	return o.openAt("file::memory:")
}

func (o *owner) openFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	// A path may hold '?' and '%', which a URI reads as its own.
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()}
	return o.openAt(u.String())
}

// openAt opens the database of a URI and registers this session in it.
func (o *owner) openAt(uri string) error {
	// Another kernel holds the lock for the length of a small transaction; to
	// wait longer would hold up the kernel's end.
	// The immediate lock makes a writer wait at BEGIN, where SQLite waits,
	// instead of failing at its first write.
	db, err := sql.Open("sqlite", uri+"?_pragma=busy_timeout(2000)&_txlock=immediate")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1) // one owner; and each connection to :memory: would be a database of its own
	if _, err := db.Exec(schema); err != nil {
		db.Close()
		return fmt.Errorf("prepare tables: %w", err)
	}
	r, err := db.Exec(`INSERT INTO sessions (began) VALUES (?)`, time.Now().UTC().Format(time.RFC3339))
	if err != nil {
		db.Close()
		return fmt.Errorf("register session: %w", err)
	}
	id, err := r.LastInsertId()
	if err != nil {
		db.Close()
		return err
	}
	o.db, o.session = db, int(id)
	return nil
}

// write stores the pending entries in one transaction. A file that fails
// later than at open (a full disk) loses them, with a line in the log.
func (o *owner) write() {
	if len(o.pending) == 0 {
		return
	}
	entries := o.pending
	o.pending = nil
	err := o.open()
	if err == nil {
		err = o.insert(entries)
	}
	if err != nil {
		o.log.Warn("write history", "cells", len(entries), "error", err)
	}
}

func (o *owner) insert(entries []Entry) error {
	tx, err := o.db.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, e := range entries {
		if len(e.Output) > maxOutput {
			e.Output = strings.ToValidUTF8(e.Output[:maxOutput], "")
		}
		if _, err := tx.Exec(`INSERT OR REPLACE INTO cells (session, line, input, output) VALUES (?, ?, ?, ?)`,
			o.session, e.Line, e.Input, e.Output); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// find runs q. Tail and Search read newest first, to stop at N.
func (o *owner) find(q Query) ([]Entry, error) {
	if err := o.open(); err != nil {
		return nil, err
	}
	var where string
	var args []any
	switch q.Access {
	case Tail:
		if q.N <= 0 {
			return nil, nil
		}
	case Range:
		session, err := o.resolve(q.Session)
		if err != nil {
			return nil, err
		}
		where, args = `WHERE session = ? AND line >= ?`, []any{session, q.Start}
		if q.Stop > 0 {
			where += ` AND line < ?`
			args = append(args, q.Stop)
		}
	case Search:
		where, args = `WHERE input GLOB ?`, []any{globPattern(q.Pattern)}
	default:
		return nil, fmt.Errorf("unknown hist_access_type %q: tail, range and search are known", q.Access)
	}
	columns := `session, line, input, output`
	if q.Unique {
		// SQLite takes the other columns from the row of the maximum.
		columns = `session, max(line + session * 1000000000), line, input, output`
		where += ` GROUP BY input`
	}
	limit := -1
	if q.N > 0 && q.Access != Range {
		limit = q.N
	}
	rows, err := o.db.Query(`SELECT `+columns+` FROM cells `+where+` ORDER BY session DESC, line DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	return scan(rows, q.Unique)
}

// scan reads rows, newest first, into entries, oldest first.
func scan(rows *sql.Rows, unique bool) ([]Entry, error) {
	defer rows.Close()
	var entries []Entry
	for rows.Next() {
		var e Entry
		into := []any{&e.Session, &e.Line, &e.Input, &e.Output}
		if unique {
			into = slices.Insert(into, 1, any(new(int64)))
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	slices.Reverse(entries)
	return entries, rows.Err()
}

// resolve turns 0 and negative session numbers, which count back from this
// session, into real ones. A session that ran nothing has a number all the same.
func (o *owner) resolve(n int) (int, error) {
	if n > 0 {
		return n, nil
	}
	if n == 0 {
		return o.session, nil
	}
	var real int
	err := o.db.QueryRow(`SELECT session FROM sessions WHERE session < ? ORDER BY session DESC LIMIT 1 OFFSET ?`,
		o.session, -n-1).Scan(&real)
	if err == sql.ErrNoRows {
		return 0, fmt.Errorf("there is no session %d before this one", -n)
	}
	return real, err
}

// globPattern takes a bracket for itself: SQLite's GLOB would read a class of
// characters, but the protocol knows only * and ?, and Go is full of brackets.
// An empty pattern finds all.
func globPattern(p string) string {
	if p == "" {
		return "*"
	}
	return strings.ReplaceAll(p, "[", "[[]")
}

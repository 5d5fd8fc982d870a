// Asks Go's own code for transparency logs (golang.org/x/mod/sumdb, which its checksum database runs on) what it
// says of a log that was fetched into a folder: the file `vkey`, the file `checkpoint`, tiles below `tile/`, and
// proofs as `proof/<name>` beside the entry they are for, `proof/<name>.entry`.
//
//	judge_log FOLDER
//
// Exit 0 good, 1 not good; one line says which.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type folder string

func (f folder) read(parts ...string) []byte {
	data, err := os.ReadFile(filepath.Join(append([]string{string(f)}, parts...)...))
	must(err)
	return data
}

// Height, ReadTiles and SaveTiles make the folder a tlog.TileReader.
func (f folder) Height() int { return height }

func (f folder) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, one := range wanted {
		data, err := os.ReadFile(filepath.Join(string(f), published(one)))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

// published is where c2sp.org/tlog-tiles keeps a tile: without the height, and entries under their own name.
func published(one tlog.Tile) string {
	path := strings.TrimPrefix(one.Path(), fmt.Sprintf("tile/%d/", one.H))
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func digest(text string) (hash tlog.Hash) {
	data, err := base64.StdEncoding.DecodeString(text)
	must(err)
	if copy(hash[:], data) != len(hash) || len(data) != len(hash) {
		must(fmt.Errorf("%q is not a hash", text))
	}
	return hash
}

// signed opens a checkpoint with the log's key.
func signed(checkpoint []byte, by note.Verifier) tlog.Tree {
	opened, err := note.Open(checkpoint, note.VerifierList(by))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != by.Name() {
		must(fmt.Errorf("the checkpoint is that of %s", lines[0]))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	return tlog.Tree{N: size, Hash: digest(lines[2])}
}

func checkEntries(f folder, tree tlog.Tree) {
	hashes := tlog.TileHashReader(tree, f)
	for first := int64(0); first < tree.N; first += 1 << height {
		width := min(tree.N-first, 1<<height)
		bundle := f.read(published(tlog.Tile{H: height, L: -1, N: first >> height, W: int(width)}))
		var places []int64
		var made []tlog.Hash
		for one := int64(0); one < width; one++ {
			length := int(binary.BigEndian.Uint16(bundle))
			made = append(made, tlog.RecordHash(bundle[2:2+length]))
			places = append(places, tlog.StoredHashIndex(0, first+one))
			bundle = bundle[2+length:]
		}
		kept, err := hashes.ReadHashes(places)
		must(err)
		for one := range made {
			if made[one] != kept[one] {
				must(fmt.Errorf("entry %d is not the one that was signed", first+int64(one)))
			}
		}
	}
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func checkProof(name string, by note.Verifier) {
	text, err := os.ReadFile(name)
	must(err)
	entry, err := os.ReadFile(name + ".entry")
	must(err)
	halves := strings.SplitN(string(text), "\n\n", 2)
	lines := strings.Split(halves[0], "\n")
	if len(halves) != 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		must(fmt.Errorf("%s is not a proof", name))
	}
	number, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	must(err)
	var steps tlog.RecordProof
	for _, line := range lines[2:] {
		steps = append(steps, digest(line))
	}
	tree := signed([]byte(halves[1]), by)
	must(tlog.CheckRecord(steps, tree.N, tree.Hash, number, tlog.RecordHash(entry)))
}

func main() {
	f := folder(os.Args[1])
	by, err := note.NewVerifier(strings.TrimSpace(string(f.read("vkey"))))
	must(err)
	tree := signed(f.read("checkpoint"), by)
	checkEntries(f, tree)
	proofs, err := filepath.Glob(filepath.Join(string(f), "proof", "*.entry"))
	must(err)
	for _, one := range proofs {
		checkProof(strings.TrimSuffix(one, ".entry"), by)
	}
	fmt.Printf("%d entries and %d proofs agree with the signed checkpoint\n", tree.N, len(proofs))
}

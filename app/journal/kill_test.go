package journal_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"opacity/app/journal"
)

// childEnv names the journal that the test binary, started anew, appends to
// until it is killed.
const childEnv = "OPACITY_TEST_JOURNAL"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		if err := appendForEver(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// appendForEver goes on with a journal and prints how many records are
// acknowledged. It returns with an error alone, or when nobody reads.
func appendForEver(path string) error {
	var found reader
	j, _, err := journal.Open(journal.Disk{}, path, found.visit)
	if err != nil {
		return err
	}
	for n := len(found); ; n++ {
		if _, err := j.Append(1, []byte(payload("kill", n))); err != nil {
			return err
		}
		if n%5 == 2 {
			continue // two at a time
		}
		if err := j.Sync(context.Background()); err != nil {
			return err
		}
		if _, err := fmt.Println(n + 1); err != nil {
			return err
		}
	}
}

// TestKill: a program killed at random moments loses nothing that was
// acknowledged, and the next goes on.
func TestKill(t *testing.T) {
	kills := 40
	if n, err := strconv.Atoi(os.Getenv("OPACITY_TEST_KILLS")); err == nil {
		kills = n
	}
	path := filepath.Join(t.TempDir(), "journal")
	r := rand.New(rand.NewPCG(1, 5))
	acknowledged, torn := 0, 0
	for n := range kills {
		acknowledged = max(acknowledged, killOne(t, path, time.Duration(r.IntN(60))*time.Millisecond))
		var got reader
		j, recovery, err := journal.Open(journal.Disk{}, path, got.visit)
		if err != nil {
			t.Fatalf("after kill %d: %v", n+1, err)
		}
		closeNow(t, j)
		if recovery.CutBytes > 0 {
			torn++
		}
		if len(got) < acknowledged || recovery.Beyond > 0 {
			t.Fatalf("after kill %d: %d records, %d were acknowledged; %+v", n+1, len(got), acknowledged, recovery)
		}
		for i, g := range got {
			if g != "1 "+payload("kill", i) {
				t.Fatalf("after kill %d: record %d is %.40q", n+1, i, g)
			}
		}
	}
	t.Logf("%d kills, %d records acknowledged, %d torn tails", kills, acknowledged, torn)
	if acknowledged < kills {
		t.Error("hardly a record was written: the test is broken")
	}
}

// killOne starts a child, kills it some time after its first word, and returns
// what it said last.
func killOne(t *testing.T, path string, after time.Duration) int {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatalf("the child said nothing: %v, %v", err, cmd.Wait())
	}
	time.Sleep(after)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(lines)
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()                                  // it was killed
	said := strings.Split(first+string(rest), "\n") // what comes after the last line end is no whole number
	n, err := strconv.Atoi(said[len(said)-2])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

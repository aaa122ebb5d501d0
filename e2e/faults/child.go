package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"opacity/app/mask"
	"opacity/app/study"
)

// childEnv makes the program a child: "SEED OP FOLDER".
const childEnv = "OPACITY_FAULTS_CHILD"

func isChild() bool { return os.Getenv(childEnv) != "" }

func childMain(ctx context.Context) {
	said := strings.SplitN(os.Getenv(childEnv), " ", 3)
	seed, err := strconv.ParseUint(said[0], 10, 64)
	op, err2 := strconv.Atoi(said[1])
	if err := errors.Join(err, err2); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := paint(ctx, said[2], seed, op); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// paint goes on with a study, or makes it, from operation op of the script, and
// prints how many moments are on disk. It ends with an error alone.
func paint(ctx context.Context, folder string, seed uint64, op int) error {
	var s *study.Study
	_, err := os.Stat(folder)
	if errors.Is(err, fs.ErrNotExist) {
		s, err = create(folder)
	} else if err == nil {
		s, _, err = study.Open(ctx, folder)
	}
	if err != nil {
		return err
	}
	if err := s.ReadOnly(); err != nil {
		return err
	}
	w := &work{seed, s.History()}
	w.history.SetBudget(4 << 10) // so that undo reads from the journal
	moments := 0
	for ; ; op++ {
		err := w.do(op, func(staged *mask.Step) (bool, error) {
			moments++
			if staged != nil {
				if err := s.Stage(*staged); err != nil {
					return false, err
				}
			}
			if moments%4 == 2 {
				return false, nil // two at a time
			}
			return false, told(ctx, s, moments)
		})
		if err != nil {
			return err
		}
		if op%40 == 39 {
			_ = s.Save(ctx) // what derives from the journal; a full disk is told by Sync
		}
	}
}

// told prints that the moments up to one are on disk, once they are; on a disk
// that is full they stay in memory.
func told(ctx context.Context, s *study.Study, moments int) error {
	if err := s.Sync(ctx); err != nil {
		time.Sleep(time.Millisecond)
		return ctx.Err()
	}
	_, err := fmt.Println(moments)
	return err
}

# Two commands do everything a user needs: `make run` and `make test`.
# Both install what is missing; the other targets are for those who work on
# Opacity. `make help` lists them.

SHELL       := /bin/sh
GO          ?= go
GOFLAGS_GUI := -tags migrated_fynedo
VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS     := -s -w -X main.version=$(VERSION)
DATA        := $(or $(OPACITY_TEST_DATA),$(CURDIR)/../shared/data)
VENV        := $(CURDIR)/.venv
export OPACITY_TEST_DATA := $(DATA)

PKG_BASE := gcc libc6-dev python3 python3-pip
PKG_GUI  := pkg-config libgl1-mesa-dev xorg-dev libwayland-dev libxkbcommon-dev
PKG_TEST := xvfb libgl1-mesa-dri openbox poppler-utils
PKG_WIN  := gcc-mingw-w64-x86-64-posix

GOTESTSUM   := gotest.tools/gotestsum@v1.13.0
GOFUMPT     := mvdan.cc/gofumpt@v0.9.2
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0

.PHONY: help run build headless test bench lint cuda windows train-setup train-test crossval out-of-fold review-curve figures conformance window-test faults clean \
	deps-base deps-gui deps-test runtime conformance-setup

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

# Without a display the same job is done headless, into out/.
ifneq ($(DISPLAY)$(WAYLAND_DISPLAY),)
run: build ## install what is missing, build, open the sample with the model run on it
	bin/opacity --sample
else
run: headless
	@echo "No display (DISPLAY and WAYLAND_DISPLAY are empty): doing the same job without a window, into out/."
	bin/opacity-headless sample -o out --force
endif

deps-base:
	@scripts/packages.sh $(PKG_BASE)

deps-gui: deps-base
	@scripts/packages.sh $(PKG_GUI)

deps-test: deps-gui
	@scripts/packages.sh $(PKG_TEST)

runtime: deps-base
	@scripts/onnxruntime.sh

build: deps-gui runtime ## bin/opacity, the program with its window
	$(GO) build $(GOFLAGS_GUI) -ldflags '$(LDFLAGS)' -o bin/opacity .

headless: runtime ## bin/opacity-headless, everything but the window; needs no GL
	$(GO) build -tags headless -ldflags '$(LDFLAGS)' -o bin/opacity-headless .

windows: runtime ## cross-compile the headless variant for Windows
	@scripts/packages.sh $(PKG_WIN)
	CGO_ENABLED=1 GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32-gcc \
		$(GO) build -tags headless -ldflags '$(LDFLAGS)' -o bin/opacity-headless.exe .

test: deps-test build headless ## every test of the product; says how many were skipped and why
	LANG=C.UTF-8 $(GO) run $(GOTESTSUM) --format pkgname-and-test-fails -- \
		$(GOFLAGS_GUI) -timeout 20m ./...

window-test: deps-test build ## only the tests that drive the real window under Xvfb
	LANG=C.UTF-8 $(GO) test $(GOFLAGS_GUI) -count=1 -v ./e2e/window

# PYTHON=... takes the environment that the peers of `make conformance` are in; without one they are not timed. ARGS='-only cohorts' takes one part.
bench: deps-test build headless ## the table of figures in the README, and out/bench.json; run it with nothing else running
	$(GO) build -o bin/conformance ./e2e/conformance
	LANG=C.UTF-8 $(GO) run $(GOFLAGS_GUI) ./e2e/bench -o out/bench.json $(ARGS) \
		-python "$(or $(PYTHON),$(if $(wildcard $(VENV)/conformance.txt),$(VENV)/bin/python))"

faults: ## try to make a study lose work: 500 kills, losses of power, full disks, damaged journals
	$(GO) run ./e2e/faults

lint: deps-gui ## gofumpt, go vet, staticcheck
	@out=$$($(GO) run $(GOFUMPT) -l $$(git ls-files '*.go')); [ -z "$$out" ] || { echo "gofumpt would change:"; echo "$$out"; exit 1; }
	$(GO) vet $(GOFLAGS_GUI) ./...
	$(GO) vet -tags headless . ./app/... ./export/... ./inference/... ./viewer/...
	$(GO) run $(STATICCHECK) $(GOFLAGS_GUI) ./...

cuda: runtime ## the CUDA build of ONNX Runtime and NVIDIA's libraries for it (about 2.5 GB)
	@scripts/onnxruntime.sh cuda

train-setup: deps-base ## the Python side, in .venv: PyTorch and MONAI (about 6 GB)
	@scripts/packages.sh python3-venv
	@[ -x $(VENV)/bin/python ] || python3 -m venv $(VENV)
	@cmp -s training/requirements.lock $(VENV)/requirements.lock || { \
		$(VENV)/bin/pip install --quiet -r training/requirements.lock && \
		cp training/requirements.lock $(VENV)/requirements.lock; }

train-test: train-setup headless ## the tests of the Python side
	cd training && $(VENV)/bin/python -m pytest -q tests

crossval: train-setup ## train and measure the folds that have no record yet, at low priority; can be stopped and started
	cd training && OMP_WAIT_POLICY=PASSIVE nice -n 15 $(VENV)/bin/python -m opacity_training crossval

# SYSTEM=... another system: its folds are predicted again from their kept weights where this machine lacks their
# predictions, or trained, for hours, where none were kept.
SYSTEM  ?= own-shipped
out-of-fold: $(if $(PYTHON),,train-setup)
	cd training && nice -n 15 $(or $(PYTHON),$(VENV)/bin/python) -m opacity_training crossval $(SYSTEM) --data "$(DATA)"

review-curve: out-of-fold ## what the review queue finds of the wrong pixels in its first slices, on out-of-fold predictions and on the shipped model's held-out patients
	@d=$$(mktemp -d) && trap 'rm -rf "$$d"' EXIT && \
	nice -n 15 $(or $(PYTHON),$(VENV)/bin/python) training/scripts/review_cases.py "$$d" $(SYSTEM) --data "$(DATA)" --model assets/models/opacity-lung-infection-2d.onnx && \
	nice -n 15 $(GO) run ./e2e/review "$$d"

# FIGURES=... the folder, outside the repository, since it holds patients' pictures; PYTHON=... an environment that has
# everything; ARGS=... more flags of evaluate, such as '--width 174 --dark --figures roc,boxes'.
FIGURES ?= $(CURDIR)/../figures-$(SYSTEM)
figures: headless out-of-fold ## every figure, from out-of-fold predictions, in FIGURES/results/figures, outside the repository
	cd training && nice -n 15 $(or $(PYTHON),$(VENV)/bin/python) -m opacity_training evaluate $(SYSTEM) --data "$(DATA)" --write "$(FIGURES)"
	nice -n 5 bin/opacity-headless evaluate -r "$(FIGURES)/references" -p "$(FIGURES)/predictions" --probabilities "$(FIGURES)/predictions" \
		--image "$(FIGURES)/images" --folds "$(FIGURES)/folds.csv" --training-log training/results/records/$(SYSTEM) \
		--figures all --model opacity-lung-infection-2d --sidecar assets/models/opacity-lung-infection-2d.slices8.json \
		-o "$(FIGURES)/results" --force $(ARGS)

conformance-setup: train-setup
	@cmp -s training/conformance/requirements.txt $(VENV)/conformance.txt || { \
		$(VENV)/bin/pip install --quiet -r training/conformance/requirements.txt && \
		cp training/conformance/requirements.txt $(VENV)/conformance.txt; }

# PYTHON=... takes an environment that has everything; ARGS=--bench only takes the times.
conformance: headless $(if $(PYTHON),,conformance-setup) ## every metric and statistic beside medpy, MONAI, SimpleITK, SciPy and others; writes training/conformance/RESULTS.md
	$(or $(PYTHON),$(VENV)/bin/python) -m pytest -q training/conformance
	$(GO) build -o bin/conformance ./e2e/conformance
	nice -n 5 $(or $(PYTHON),$(VENV)/bin/python) training/conformance/conformance.py $(ARGS) \
		--measure bin/conformance --opacity bin/opacity-headless -o training/conformance/RESULTS.md

clean: ## remove what was built; keeps .deps and .venv
	rm -rf bin out

# make help lists the targets.
SWIFT_RELEASE := swift build -c release --static-swift-stdlib
RELEASE := .build/release
NODEWRIGHT := $(RELEASE)/nodewright
FOLDERS := Sources Tests Package.swift

.NOTPARALLEL:
.PHONY: help setup build lab image check check-full powercut conformance bench demo-engine lint format clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

setup: ## Install the packages that building and testing need
	@packaging/setup

build: ## Build both programs (release, static Swift library) into .build/release
	$(SWIFT_RELEASE) --product nodewright
	$(SWIFT_RELEASE) --product nodectl
	@strip -o $(RELEASE)/nodectl.stripped $(RELEASE)/nodectl

lab: build ## Make the lab: a signed, Fedora-shaped RPM repository from Debian's archive
	$(NODEWRIGHT) lab create

image: setup lab ## From nothing to a hypervisor ISO in out/
	$(NODEWRIGHT) build recipes/hypervisor.yaml --repositories lab --output out

check: setup lint lab ## Lint, unit, protocol and boot tests (the tests CI runs)
	@Tests/run

check-full: export NODEWRIGHT_FULL = 1
check-full: check ## Every scenario that the issues name: check, and the boots that take longest

powercut: setup lab ## Cut the power more than 10,000 times while a disk is installed to, a slot is upgraded, slots change and the configuration is written
	@Tests/powercut

conformance: setup build ## Put the client of update repositories through the scenarios of TUF, and through its public suite if TUF_CONFORMANCE names a checkout
	@Tests/conformance

bench: setup lab ## Measure: lab, resolve, cold build, rebuilds, memory, sizes
	@Tests/bench
	@Tests/bench-delta

demo-engine: ## Start an engine that behaves like oVirt's, to register nodes with, and say how to use it
	@mkdir -p .build
	@python3 Tests/Oracle/engine.py .build/demo-engine --port 8443 --people

lint: ## Check the style
	swift format lint --strict --parallel --recursive --configuration .swift-format $(FOLDERS)

format: ## Put the sources into the style
	swift format --in-place --parallel --recursive --configuration .swift-format $(FOLDERS)

clean: ## Remove what was built here (the cache in ~/.cache/nodewright stays)
	rm -rf .build out

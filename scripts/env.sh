# shellcheck shell=bash
# Sourced by the recipes of the Makefile: settings of the build that depend on the machine.
# The debug and the release build compile the C++ solver with the same flags (root Cargo.toml), so
# with a compiler cache it is compiled once. Nothing here is needed for a plain `cargo build`.

if command -v ccache >/dev/null 2>&1; then
	: "${CMAKE_C_COMPILER_LAUNCHER:=ccache}" "${CMAKE_CXX_COMPILER_LAUNCHER:=ccache}"
	# Build folders differ by profile; below this folder ccache compares paths relative to each.
	: "${CCACHE_BASEDIR:=${CARGO_TARGET_DIR:-$PWD/target}}" "${CCACHE_NOHASHDIR:=1}"
	export CMAKE_C_COMPILER_LAUNCHER CMAKE_CXX_COMPILER_LAUNCHER CCACHE_BASEDIR CCACHE_NOHASHDIR
fi

# Homebrew keeps its LLVM out of the folders that bindgen searches.
if [ -z "${LIBCLANG_PATH:-}" ] && command -v brew >/dev/null 2>&1; then
	brew_llvm="$(brew --prefix llvm 2>/dev/null)/lib"
	if [ -e "$brew_llvm/libclang.dylib" ]; then export LIBCLANG_PATH="$brew_llvm"; fi
	unset brew_llvm
fi

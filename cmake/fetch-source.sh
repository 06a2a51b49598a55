#!/bin/sh
# Leaves the file $3 of Debian's source package $2 in the folder $1: by the machine's own mirrors, as any user and with or
# without a `deb-src` line. Who calls it compares the SHA-256.
set -eu
folder="$1" package="$2" file="$3"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/parts" "$work/out" "$folder"

for list in /etc/apt/sources.list.d/*.sources; do
    [ -e "$list" ] || continue
    sed 's/^Types:.*/Types: deb-src/' "$list"
    echo
done >"$work/parts/source.sources"
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -e "$list" ] || continue
    sed -n 's/^deb[[:space:]]/deb-src /p' "$list"
done >"$work/parts/source.list"

apt() {
    apt-get -qq -o Dir::State::lists="$work/lists" -o Dir::Cache="$work" -o Dir::Etc::sourcelist=/dev/null \
        -o Dir::Etc::sourceparts="$work/parts" -o APT::Sandbox::User=root "$@"
}

cd "$work/out"
apt update
apt source --download-only "$package"
mv "$file" "$folder/"

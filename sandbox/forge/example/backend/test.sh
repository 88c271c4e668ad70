#!/bin/sh
# Runs while the image is built: a program that does not answer right never becomes an image.
set -eu
cd "$(dirname "$0")/cgi-bin"

expect() {
  answer=$(QUERY_STRING=$2 sh "./$1" | tail -n 1)
  if [ "$answer" != "$3" ]; then
    echo "$1?$2 answered '$answer', not '$3'" >&2
    exit 1
  fi
}

expect greet '' 'Hello, world!'
expect greet 'name=Ada' 'Hello, Ada!'
expect greet 'colour=red&name=Ada&x=1' 'Hello, Ada!'
expect greet 'name=%3Cb%3E' 'Hello, 3Cb3E!'
expect healthy '' 'healthy'

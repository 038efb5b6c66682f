# The blocks of one LANGUAGE (cpp, c or output) of docs/guide.md as a source file, or as the lines
# that it prints. Blocks of C++ that begin with #include or class stand before main(), the others in
# it, in their order.
#
# usage: awk -v language=LANGUAGE -f guide.awk guide.md
/^```/ {
  inside = !inside
  if (inside) block = $0 == "```" ? "output" : substr($0, 4)
  first = inside
  next
}
!inside || block != language { next }
first { before = $0 ~ /^(#include|class) /; first = 0 }
language == "cpp" && !before { body = body "  " $0 "\n"; next }
{ print }
END { if (language == "cpp") printf "\nint main() {\n%s}\n", body }

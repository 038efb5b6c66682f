// Just enough XML to look into an SVG file.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace lenet {

/// What is wrong with the nesting, the quotes or the escapes of a document; "" if nothing is.
inline std::string xml_fault(std::string_view xml) {
  std::vector<std::string> open;
  std::size_t at = 0;
  while (true) {
    const std::size_t tag = xml.find('<', at);
    const std::string_view text = xml.substr(at, tag == xml.npos ? tag : tag - at);
    for (std::size_t i = text.find('&'); i != text.npos; i = text.find('&', i + 1)) {
      if (text.substr(i, 2) != "&#" || text.find(';', i) > i + 5) return "a bare &";
    }
    if (tag == xml.npos) break;
    const std::size_t end = xml.find('>', tag);
    if (end == xml.npos) return "an open tag";
    const std::string_view body = xml.substr(tag + 1, end - tag - 1);
    if (body.find('<') != body.npos) return "a < in a tag";
    if (std::count(body.begin(), body.end(), '"') % 2 != 0) return "an odd quote";
    const std::string name(body.substr(0, body.find_first_of(" \n")));
    if (body.front() == '/') {
      if (open.empty() || "/" + open.back() != name) return "</" + name + "> closes nothing";
      open.pop_back();
    } else if (body.back() != '/') {
      open.push_back(name);
    }
    at = end + 1;
  }
  return open.empty() ? "" : "<" + open.back() + "> is not closed";
}

/// The tags of this element that contain `mark`, in order.
inline std::vector<std::string> tags(const std::string& xml, const std::string& element,
                                     const std::string& mark = "") {
  std::vector<std::string> found;
  for (std::size_t at = xml.find('<' + element); at != xml.npos;
       at = xml.find('<' + element, at + 1)) {
    const std::string tag = xml.substr(at, xml.find('>', at) - at);
    if (tag.find(mark) != tag.npos) found.push_back(tag);
  }
  return found;
}

/// The value of an attribute, "" if the tag has none.
inline std::string attribute(const std::string& tag, const std::string& name) {
  const std::string start = " " + name + "=\"";
  const std::size_t at = tag.find(start);
  if (at == tag.npos) return "";
  const std::size_t begin = at + start.size();
  return tag.substr(begin, tag.find('"', begin) - begin);
}

}  // namespace lenet

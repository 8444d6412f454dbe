#include "test/bench/discovery_bytes.h"

#include <algorithm>

#include "server/snapshot/wire.h"

namespace fairlead {
namespace {

struct RequestFields {
  int node, names, type_url, nonce;
};
constexpr RequestFields kSotwRequest = {.node = 2, .names = 3, .type_url = 4, .nonce = 5};
constexpr RequestFields kDeltaRequest = {.node = 1, .names = 3, .type_url = 2, .nonce = 6};
constexpr int kSotwVersion = 1;
constexpr int kDeltaInitialVersions = 5;

// Of responses; the same in both variants, but for the last, which only delta has.
constexpr uint64_t kVersion = 1;
constexpr uint64_t kResources = 2;
constexpr uint64_t kTypeUrl = 4;
constexpr uint64_t kNonce = 5;
constexpr uint64_t kRemoved = 6;

constexpr uint64_t kAnyValue = 2;
constexpr uint64_t kDeltaResourceVersion = 1;
constexpr uint64_t kDeltaResourceName = 3;

const RequestFields& FieldsOf(XdsVariant variant) {
  return variant == XdsVariant::kSotw ? kSotwRequest : kDeltaRequest;
}

// Goes through pieces as if they were one text. After a false nothing is right any more.
class PieceReader {
 public:
  explicit PieceReader(const std::vector<absl::string_view>& pieces) : pieces_(pieces) {
    for (const absl::string_view piece : pieces) size_ += piece.size();
  }

  size_t position() const { return position_; }
  size_t size() const { return size_; }

  bool ReadVarint(uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (!FindPiece()) return false;
      const auto byte = static_cast<unsigned char>(pieces_[piece_][offset_]);
      Advance(1);
      value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  bool Skip(uint64_t count) {
    if (count > size_ - position_) return false;
    while (count > 0 && FindPiece()) {
      const size_t here = std::min<uint64_t>(count, pieces_[piece_].size() - offset_);
      Advance(here);
      count -= here;
    }
    return true;
  }

  // Points into a piece, or to `storage` if the text lies in several.
  bool ReadText(uint64_t count, std::string& storage, absl::string_view& text) {
    if (count > size_ - position_) return false;
    if (count == 0 || (FindPiece() && count <= pieces_[piece_].size() - offset_)) {
      text = count == 0 ? absl::string_view() : pieces_[piece_].substr(offset_, count);
      Advance(count);
      return true;
    }
    storage.clear();
    while (storage.size() < count && FindPiece()) {
      const absl::string_view here = pieces_[piece_].substr(offset_, count - storage.size());
      storage.append(here.data(), here.size());
      Advance(here.size());
    }
    text = storage;
    return true;
  }

 private:
  // Whether there is a byte to read.
  bool FindPiece() {
    while (piece_ < pieces_.size() && offset_ == pieces_[piece_].size()) {
      ++piece_;
      offset_ = 0;
    }
    return piece_ < pieces_.size();
  }
  void Advance(size_t count) {
    offset_ += count;
    position_ += count;
  }

  const std::vector<absl::string_view>& pieces_;
  size_t size_ = 0;
  size_t piece_ = 0;
  size_t offset_ = 0;
  size_t position_ = 0;
};

// One field of a message: its number, and its length or its value.
struct ScannedField {
  uint64_t number = 0;
  bool is_text = false;
  uint64_t length = 0;
};

// A field that is no text is skipped with it. The messages that are read here have no groups.
bool ReadField(PieceReader& reader, ScannedField& field) {
  uint64_t tag = 0;
  uint64_t ignored = 0;
  if (!reader.ReadVarint(tag)) return false;
  field = {.number = tag >> 3, .is_text = (tag & 7) == 2};
  switch (tag & 7) {
    case 0:
      return reader.ReadVarint(ignored);
    case 1:
      return reader.Skip(8);
    case 2:
      return reader.ReadVarint(field.length) && field.length <= reader.size() - reader.position();
    case 5:
      return reader.Skip(4);
    default:
      return false;
  }
}

class ResponseScanner {
 public:
  ResponseScanner(XdsVariant variant, const std::vector<absl::string_view>& pieces,
                  ResourceVisitor visit)
      : variant_(variant), reader_(pieces), visit_(visit) {}

  bool Run(DiscoveryScan& scan) {
    scan.bytes = reader_.size();
    while (reader_.position() < reader_.size()) {
      ScannedField field;
      if (!ReadField(reader_, field)) return false;
      if (field.is_text && !TakeField(field, scan)) return false;
    }
    return true;
  }

 private:
  bool TakeField(const ScannedField& field, DiscoveryScan& scan) {
    switch (field.number) {
      case kVersion:
        return Store(field, scan.version);
      case kTypeUrl:
        return Store(field, scan.type_url);
      case kNonce:
        return Store(field, scan.nonce);
      case kResources:
        ++scan.resources;
        return TakeResource(field.length);
      case kRemoved:
        if (variant_ == XdsVariant::kDelta) ++scan.removed;
        break;
      default:
        break;
    }
    return reader_.Skip(field.length);
  }

  bool Store(const ScannedField& field, std::string& to) {
    absl::string_view text;
    if (!reader_.ReadText(field.length, to, text)) return false;
    if (text.data() != to.data()) to.assign(text.data(), text.size());
    return true;
  }

  // A resource: in delta its wrapper, in state of the world an Any.
  bool TakeResource(uint64_t length) {
    const size_t end = reader_.position() + length;
    absl::string_view name;
    absl::string_view version;
    while (reader_.position() < end) {
      ScannedField field;
      if (!ReadField(reader_, field)) return false;
      bool read = true;
      if (variant_ == XdsVariant::kSotw && field.is_text && field.number == kAnyValue) {
        read = ReadNameWithin(field.length, name);
      } else if (variant_ == XdsVariant::kDelta && field.is_text &&
                 field.number == kDeltaResourceName) {
        read = reader_.ReadText(field.length, name_storage_, name);
      } else if (variant_ == XdsVariant::kDelta && field.is_text &&
                 field.number == kDeltaResourceVersion) {
        read = reader_.ReadText(field.length, version_storage_, version);
      } else {
        read = reader_.Skip(field.length);
      }
      if (!read) return false;
    }
    visit_(name, version);
    return reader_.position() == end;
  }

  bool ReadNameWithin(uint64_t length, absl::string_view& name) {
    const size_t end = reader_.position() + length;
    while (reader_.position() < end) {
      ScannedField field;
      if (!ReadField(reader_, field)) return false;
      if (field.is_text && field.number == 1) {
        return reader_.ReadText(field.length, name_storage_, name) && reader_.position() <= end &&
               reader_.Skip(end - reader_.position());
      }
      if (!reader_.Skip(field.length)) return false;
    }
    return reader_.position() == end;
  }

  const XdsVariant variant_;
  PieceReader reader_;
  const ResourceVisitor visit_;
  std::string name_storage_;
  std::string version_storage_;
};

}  // namespace

std::string NodeBytes(XdsVariant variant, absl::string_view node_id) {
  std::string node;
  wire::AppendField(node, 1, node_id);
  std::string bytes;
  wire::AppendField(bytes, FieldsOf(variant).node, node);
  return bytes;
}

std::string SubscriptionBytes(XdsVariant variant, absl::string_view type_url,
                              const std::vector<std::string>& names) {
  std::string bytes;
  wire::AppendField(bytes, FieldsOf(variant).type_url, type_url);
  for (const std::string& name : names) {
    wire::AppendField(bytes, FieldsOf(variant).names, name);
  }
  return bytes;
}

std::string VersionsBytes(const absl::flat_hash_map<std::string, std::string>& versions) {
  std::string bytes;
  for (const auto& [name, version] : versions) {
    std::string entry;
    wire::AppendField(entry, 1, name);
    wire::AppendField(entry, 2, version);
    wire::AppendField(bytes, kDeltaInitialVersions, entry);
  }
  return bytes;
}

std::string AckBytes(XdsVariant variant, absl::string_view version, absl::string_view nonce) {
  std::string bytes;
  if (variant == XdsVariant::kSotw) wire::AppendField(bytes, kSotwVersion, version);
  wire::AppendField(bytes, FieldsOf(variant).nonce, nonce);
  return bytes;
}

absl::optional<DiscoveryScan> ScanDiscovery(XdsVariant variant,
                                            const std::vector<absl::string_view>& pieces,
                                            ResourceVisitor visit) {
  DiscoveryScan scan;
  if (!ResponseScanner(variant, pieces, visit).Run(scan)) return absl::nullopt;
  return scan;
}

}  // namespace fairlead

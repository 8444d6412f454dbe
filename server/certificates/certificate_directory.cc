#include "server/certificates/certificate_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/clock.h"
#include "server/base/link_directories.h"

namespace fairlead {
namespace {

// In the order in which they are looked for: ".ca.crt" ends with ".crt" too.
struct Part {
  const char* suffix;
  CertificateFile CertificateFiles::*file;
  bool guards = false;  // it says which clients may come in
};
constexpr std::array<Part, 5> kParts = {{
    {kAuthoritiesSuffix, &CertificateFiles::authorities, true},
    {kCertificateSuffix, &CertificateFiles::certificate},
    {kKeySuffix, &CertificateFiles::key},
    {kChainSuffix, &CertificateFiles::chain},
    {kRevocationsSuffix, &CertificateFiles::revocations, true},
}};

// How the authorities for all hosts are called here: no certificate is called so.
constexpr char kForAll[] = "";
constexpr char kForAllAuthorities[] = "ca.crt";
constexpr char kForAllRevocations[] = "ca.crl.pem";

// Times of files are as fine as the kernel's tick, and those of some file systems as a second.
constexpr absl::Duration kFresh = absl::Seconds(2);

int64_t Nanoseconds(const struct timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// Which name's which part a file is; false: none.
bool Recognize(absl::string_view file, std::string& name, size_t& part) {
  if (file == kForAllAuthorities || file == kForAllRevocations) {
    name = kForAll;
    part = file == kForAllAuthorities ? 0 : 4;
    return true;
  }
  for (part = 0; part < kParts.size(); ++part) {
    absl::string_view base = file;
    if (!absl::ConsumeSuffix(&base, kParts[part].suffix)) continue;
    name = absl::AsciiStrToLower(base);
    return IsCertificateName(name);
  }
  return false;
}

std::string ErrnoText(int error) {
  const char* const text = strerrordesc_np(error);
  return text == nullptr ? absl::StrCat("error ", error) : text;
}

// The whole content of the open file `file`.
void ReadInto(int file, CertificateFile& read_file) {
  std::string content;
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t size = read(file, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      read_file.error = ErrnoText(errno);
      return;
    }
    if (size == 0) break;
    content.append(buffer.data(), static_cast<size_t>(size));
    if (content.size() > kLargestCertificateFile) {
      read_file.error = absl::StrCat("it has more than ", kLargestCertificateFile, " bytes");
      return;
    }
  }
  read_file.state = CertificateFile::State::kRead;
  read_file.content = std::move(content);
}

bool IsLink(const std::string& path) {
  struct stat link = {};
  return lstat(path.c_str(), &link) == 0 && S_ISLNK(link.st_mode);
}

// Regular files only, and not more than the bound.
CertificateFile ReadCertificateFile(const std::string& path) {
  CertificateFile read;
  read.state = CertificateFile::State::kUnreadable;
  struct stat before = {};
  // Looked at before it is opened, which may do something to a device.
  if (stat(path.c_str(), &before) != 0) {
    if (errno == ENOENT) read.state = CertificateFile::State::kAbsent;
    read.error = ErrnoText(errno);
    return read;
  }
  const int file = S_ISREG(before.st_mode)
                       ? open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
                       : -1;
  struct stat opened = {};
  if (!S_ISREG(before.st_mode)) {
    read.error = "it is no regular file";
  } else if (file < 0 || fstat(file, &opened) != 0) {
    read.error = ErrnoText(errno);
  } else if (!S_ISREG(opened.st_mode)) {
    read.error = "it is no regular file";
  } else {
    ReadInto(file, read);
  }
  if (file >= 0) close(file);
  return read;
}

}  // namespace

CertificateDirectoryReader::Identity CertificateDirectoryReader::IdentityOf(
    const std::string& path) {
  Identity identity;
  if (path.empty()) return identity;
  struct stat found = {};
  if (stat(path.c_str(), &found) != 0) {
    identity.error = errno;
    return identity;
  }
  identity.device = found.st_dev;
  identity.inode = found.st_ino;
  identity.mode = found.st_mode;
  identity.size = found.st_size;
  identity.modified = Nanoseconds(found.st_mtim);
  identity.changed = Nanoseconds(found.st_ctim);
  const absl::Duration age = Clock::Real().Wall() - absl::TimeFromTimespec(found.st_ctim);
  identity.is_fresh = age < kFresh;
  return identity;
}

std::shared_ptr<const CertificateFiles> CertificateDirectoryReader::Read(
    const std::string& name, const std::vector<std::string>& paths) {
  auto files = std::make_shared<CertificateFiles>();
  files->base = absl::StrCat(path_, "/", name == kForAll ? "ca" : name);
  for (size_t part = 0; part < kParts.size(); ++part) {
    if (paths[part].empty()) continue;
    CertificateFile& file = (*files).*kParts[part].file;
    file = ReadCertificateFile(paths[part]);
    // It says who may not come in, so whoever put it there did not mean everybody.
    if (kParts[part].guards && file.is_absent() && IsLink(paths[part])) {
      file.state = CertificateFile::State::kUnreadable;
      file.error = "it is a link to a file that is not there";
    }
  }
  return files;
}

CertificateDirectory CertificateDirectoryReader::Look() {
  CertificateDirectory directory;
  directory.path = path_;
  DIR* const entries = opendir(path_.c_str());
  if (entries == nullptr) {
    directory.status = absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path_));
    return directory;
  }
  absl::btree_map<std::string, Named> found;
  size_t count = 0;
  int error = 0;
  while (true) {
    errno = 0;
    const dirent* const entry = readdir(entries);
    error = errno;
    if (entry == nullptr) break;
    std::string name;
    size_t part = 0;
    if (++count > CertificateDirectory::kMostEntries) break;
    if (!Recognize(entry->d_name, name, part)) continue;
    Named& named = found[name];
    named.paths.resize(kParts.size());
    // Of two that differ in case alone the first by the alphabet.
    std::string path = absl::StrCat(path_, "/", entry->d_name);
    if (named.paths[part].empty() || path < named.paths[part]) named.paths[part] = std::move(path);
  }
  closedir(entries);
  if (count > CertificateDirectory::kMostEntries) {
    directory.status =
        absl::ResourceExhaustedError(absl::StrCat("cannot read ", path_, ": it has more than ",
                                                  CertificateDirectory::kMostEntries, " entries"));
    return directory;
  }
  if (error != 0) {
    directory.status = absl::ErrnoToStatus(error, absl::StrCat("cannot read ", path_));
    return directory;
  }
  while (found.size() > CertificateDirectory::kMostNames) {
    found.erase(std::prev(found.end()));
    ++directory.left_out;
  }
  for (auto& [name, named] : found) {
    const auto before = named_.find(name);
    for (const std::string& path : named.paths) named.identities.push_back(IdentityOf(path));
    if (before != named_.end()) named.files = before->second.files;
    if (before == named_.end() || before->second.paths != named.paths ||
        before->second.identities != named.identities) {
      auto files = Read(name, named.paths);
      // The same pointer says that nothing is new.
      if (named.files == nullptr || !(*named.files == *files)) named.files = std::move(files);
    }
    if (name == kForAll) {
      directory.for_all = named.files;
    } else {
      directory.certificates.emplace(name, named.files);
    }
  }
  named_ = std::move(found);
  return directory;
}

std::set<std::string> CertificateDirectoryReader::Watched() const {
  std::set<std::string> directories;
  // What is in it, and whether it is there.
  AddLinkDirectories(absl::StrCat(path_, "/."), directories);
  for (const auto& [name, named] : named_) {
    for (const std::string& path : named.paths) {
      if (path.empty()) continue;
      if (directories.size() >= kMostWatched) return directories;
      AddLinkDirectories(path, directories);
    }
  }
  return directories;
}

}  // namespace fairlead

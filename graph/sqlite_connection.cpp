#include "graph/sqlite_connection.hpp"

namespace easel::graph {
namespace {

constexpr const char* begin_reading_sql = "BEGIN DEFERRED";
constexpr const char* begin_writing_sql = "BEGIN IMMEDIATE";
constexpr const char* commit_sql = "COMMIT";
constexpr const char* rollback_sql = "ROLLBACK";

}  // namespace

SqliteConnection::SqliteConnection(const std::string& path)
    : database_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX, 5000) {
    database_.exec("PRAGMA journal_mode = WAL");
    database_.exec("PRAGMA synchronous = NORMAL");
    database_.exec("PRAGMA wal_autocheckpoint = 0");  // the store's own thread does it
    database_.exec("PRAGMA journal_size_limit = 67108864");
}

SqliteQuery SqliteConnection::query(const char* sql) {
    auto& statement = statements_[sql];
    if (!statement) statement = std::make_unique<SQLite::Statement>(database_, sql);
    statement->clearBindings();
    return SqliteQuery(*statement);
}

SqliteTransaction::SqliteTransaction(SqliteConnection& connection, Purpose purpose) : connection_(connection) {
    connection_.run(purpose == Purpose::reading ? begin_reading_sql : begin_writing_sql);
}

SqliteTransaction::~SqliteTransaction() {
    if (!is_open_) return;
    try {
        connection_.run(rollback_sql);
    } catch (const SQLite::Exception&) {
        // SQLite has rolled back by itself after the error that brought us here.
    }
}

void SqliteTransaction::commit() {
    connection_.run(commit_sql);
    is_open_ = false;
}

}  // namespace easel::graph

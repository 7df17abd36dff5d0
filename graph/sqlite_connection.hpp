// One connection to a job store's file: its prepared statements and the mutex that guards both.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace easel::graph {

// Hold `mutex` while using anything else of it.
class SqliteConnection {
public:
    explicit SqliteConnection(const std::string& path);

    // The statement for `sql`, prepared once (by address: pass literals), reset and ready to bind.
    SQLite::Statement& prepare(const char* sql);
    void run(const char* sql) { prepare(sql).exec(); }

    std::mutex mutex;

private:
    SQLite::Database database_;
    std::unordered_map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
};

// Rolls back unless committed.
class SqliteTransaction {
public:
    explicit SqliteTransaction(SqliteConnection& connection);
    ~SqliteTransaction();
    SqliteTransaction(const SqliteTransaction&) = delete;
    SqliteTransaction& operator=(const SqliteTransaction&) = delete;
    void commit();

private:
    SqliteConnection& connection_;
    bool is_open_ = true;
};

}  // namespace easel::graph

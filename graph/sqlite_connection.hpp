// One connection to a job store's file: its prepared statements and the mutex that guards both.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace easel::graph {

class SqliteConnection;

// A prepared statement in use; it ends with the handle, so that no read stays open behind its user's back. What SQLite
// refuses becomes a JobStoreError that names the file.
class SqliteQuery {
public:
    SqliteQuery(SqliteConnection& connection, SQLite::Statement& statement)
        : connection_(&connection), statement_(&statement) {}
    ~SqliteQuery() { statement_->tryReset(); }
    SqliteQuery(const SqliteQuery&) = delete;
    SqliteQuery& operator=(const SqliteQuery&) = delete;

    // Binds the parameters in order.
    template <class... T>
    SqliteQuery& with(const T&... values) {
        int index = 0;
        (bind(++index, values), ...);
        return *this;
    }
    bool next();
    // Runs a statement without rows; how many rows it changed.
    int run();
    SQLite::Column column(int index) const { return statement_->getColumn(index); }
    std::string text(int index) const { return statement_->getColumn(index).getString(); }
    std::int64_t integer(int index) const { return statement_->getColumn(index).getInt64(); }

private:
    template <class T>
    void bind(int index, const std::optional<T>& value) {
        if (value)
            bind(index, *value);
        else
            statement_->bind(index);
    }
    void bind(int index, const std::string& value) { statement_->bind(index, value); }
    void bind(int index, double value) { statement_->bind(index, value); }
    void bind(int index, int value) { statement_->bind(index, value); }
    void bind(int index, std::int64_t value) { statement_->bind(index, value); }

    SqliteConnection* connection_;
    SQLite::Statement* statement_;
};

// Hold `mutex` while using anything else of it.
class SqliteConnection {
public:
    explicit SqliteConnection(const std::string& path);

    // The statement for `sql`, prepared once (by address: pass literals), ready to bind. One user at a time.
    SqliteQuery query(const char* sql);
    void run(const char* sql) { query(sql).run(); }
    // Several statements at once.
    void script(const char* sql) { database_.exec(sql); }
    std::int64_t last_row() const { return database_.getLastInsertRowid(); }

    // From any thread, without the mutex: whether the last attempt to store something failed.
    bool is_in_trouble() const { return is_in_trouble_; }

    std::mutex mutex;

private:
    friend class SqliteQuery;
    [[noreturn]] void fail(const SQLite::Exception& error);
    void note_success();

    const std::string path_;
    std::atomic<bool> is_in_trouble_ = false;
    SQLite::Database database_;
    std::unordered_map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
};

// Rolls back unless committed. One for reading sees the tables as they are at its first query.
class SqliteTransaction {
public:
    enum class Purpose { reading, writing };
    explicit SqliteTransaction(SqliteConnection& connection, Purpose purpose = Purpose::writing);
    ~SqliteTransaction();
    SqliteTransaction(const SqliteTransaction&) = delete;
    SqliteTransaction& operator=(const SqliteTransaction&) = delete;
    void commit();

private:
    SqliteConnection& connection_;
    bool is_open_ = true;
};

}  // namespace easel::graph

package io.biplane.store.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

import java.nio.file.Path;
import java.sql.SQLException;

/** What SQLite's errors mean: only what says so of the content is damage. */
class SqliteFailureTest {
    private static final Path DATABASE = Path.of("/var/lib/store.db");

    private static StoreFileException meaning(SQLException e) {
        return Sqlite.failure(DATABASE, "read store", e);
    }

    private static SQLException of(SQLiteErrorCode code) {
        return new SQLiteException(code.toString(), code);
    }

    private static void assertLackOfMemory(SQLException e) {
        assertThatThrownBy(() -> meaning(e))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessage(
                        "cannot read store /var/lib/store.db: the process lacks memory; the store is as it was");
    }

    @Test
    void lackOfMemoryIsNoDamage() {
        assertLackOfMemory(of(SQLiteErrorCode.SQLITE_NOMEM));
        assertLackOfMemory(of(SQLiteErrorCode.SQLITE_IOERR_NOMEM));
        // What the driver's own code throws where the JVM gives it no array.
        assertLackOfMemory(new SQLException("Out of memory"));
    }

    @ParameterizedTest
    @EnumSource(names = {"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR_SHORT_READ"})
    void wrongContentIsDamage(SQLiteErrorCode code) {
        assertThat(meaning(of(code))).isInstanceOf(StoreFileException.Damaged.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN"})
    void aDiskThatDoesNotWorkIsNone(SQLiteErrorCode code) {
        assertThat(meaning(of(code))).isInstanceOf(StoreFileException.Unusable.class);
    }
}

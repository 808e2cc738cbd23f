package dev.tollgate.operator.inspection;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.copies.Copies;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Measures the books once a day, and says for how many days disks have room at the growth of the last 30 days (C39). Thread-safe; blocks.
 *
 * @param data the data folder
 * @param copies null without {@code backup.folder}
 */
public record BooksSize(
        Database database,
        Writer writer,
        InstantSource clock,
        Path data,
        @Nullable Copies copies) {

    public static final Duration EVERY = Duration.ofHours(1);

    /** The beginning of the name of a measured size, before its day (UTC). The value has the time in milliseconds, a colon and the bytes. */
    static final String SIZE = "books.size ";

    private static final int SIZES_MAX = 31;
    private static final Duration DAY = Duration.ofDays(1);

    /** The books and a copy of them. */
    private static final int TIMES_HERE = 2;

    /** The newest copies that are kept besides those of days. */
    private static final int NEWEST = 2;

    /**
     * The size as it is now.
     *
     * @param growthBytes the growth in a day; null before the books were measured for a day
     * @param here the room on the data folder's disk for the books and a copy; null if they lie on a server
     * @param there the room in {@code backup.folder} for the copies that are kept; null without it
     */
    public record Size(
            long bytes,
            @Nullable Long growthBytes,
            @Nullable Left here,
            @Nullable Left there) {}

    /** The time for which room is left. @param days null if it is not known, or the books do not grow */
    public record Left(@Nullable Long days) {}

    private record Measured(Instant at, long bytes) {

        static Measured of(String text) {
            String[] parts = text.split(":", 2);
            return new Measured(Instant.ofEpochMilli(Long.parseLong(parts[0])), Long.parseLong(parts[1]));
        }
    }

    /** Returns the sizes of the last 30 measured days, newest first. */
    private List<Measured> measured() {
        return database.read(sql -> InstallationValue.last(sql, SIZE, SIZES_MAX)).stream()
                .map(Measured::of)
                .toList();
    }

    /** Measures the books, unless it was done today. The first of several servers does it. */
    public void measure() {
        Instant now = clock.instant();
        String name = SIZE + LocalDate.ofInstant(now, ZoneOffset.UTC);
        if (database.read(sql -> InstallationValue.find(sql, name)) == null) {
            writer.commitAndWait(Unit.of(new InstallationValue(name, now.toEpochMilli() + ":" + database.bytes())));
        }
    }

    /** Returns the size, the growth and the days that are left. */
    public Size now() {
        long bytes = database.bytes();
        List<Measured> sizes = measured();
        Duration since = sizes.isEmpty() ? Duration.ZERO : Duration.between(sizes.getLast().at, clock.instant());
        Long growth = since.compareTo(DAY) < 0
                ? null
                : (bytes - sizes.getLast().bytes) / Math.max(1, since.toHours()) * DAY.toHours();
        Left here =
                writer.isEmbedded() ? left(TIMES_HERE, bytes, data.toFile().getUsableSpace() + bytes, growth) : null;
        return new Size(bytes, growth, here, copies == null ? null : left(copies, bytes, growth));
    }

    private static Left left(Copies copies, long bytes, @Nullable Long growth) {
        Copies.Room room = copies.room();
        return room == null
                ? new Left(null)
                : left(copies.plan().keep() + NEWEST, bytes, room.freeBytes() + room.copiesBytes(), growth);
    }

    /** Returns the days until so many times the books fill a room. @param growth in a day; null if it is not known */
    static Left left(int times, long bytes, long roomBytes, @Nullable Long growth) {
        return growth == null || growth <= 0
                ? new Left(null)
                : new Left(Math.max(0, (roomBytes - times * bytes) / (times * growth)));
    }
}

package dev.tollgate.bench;

/** What the two databases do not say in the same words. */
enum BooksDialect {
    SQLITE("strftime('%%Y%%m%%d%%H%%M%%S', %s / 1000, 'unixepoch')", "substr('00000000' || %s, -%d)"),
    POSTGRESQL(
            "to_char(to_timestamp(%s / 1000) AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS')", "right('00000000' || %s, %d)");

    private final String second;
    private final String digits;

    BooksDialect(String second, String digits) {
        this.second = second;
        this.digits = digits;
    }

    /** A time in milliseconds as the fourteen digits of its second in UTC. */
    String second(String millis) {
        return second.formatted(millis);
    }

    /** A number's last digits. @param count 1 to 8 */
    String digits(String number, int count) {
        return digits.formatted("(" + number + ")", count);
    }
}

package dev.tollgate.storage;

/**
 * A form of rows that programs before a schema misread. Who writes the first such row shuts those programs out, in the same commit ({@link ShutOut}).
 * A migration that changes what a row means adds its form here.
 */
public enum RowForm {

    /** Prices with more than input and output, or from a later time on: older programs charge them at once, and without their other rates. */
    WHOLE_PRICES(39, "SELECT 1 FROM price_version WHERE tariff IS NOT NULL OR from_at IS NOT NULL LIMIT 1"),

    /** Prices with a rate of cached audio: older programs charge it as other cached tokens. */
    CACHED_AUDIO(44, "SELECT 1 FROM price_version WHERE tariff LIKE '%\"cached_audio_input\"%' LIMIT 1"),

    /** Keys of members and teams: older programs let each key of an account read what all its keys have kept. */
    OWNED_KEYS(49, "SELECT 1 FROM api_key WHERE (member_id <> '' OR team_id <> '') AND hidden = 0 LIMIT 1"),

    /** Management keys with chosen scopes: older programs give each the standard ones. */
    SCOPES(49, "SELECT 1 FROM api_key WHERE scopes <> '' LIMIT 1"),

    /** Members who are no owners, in a second account, or whose membership has ended: older programs let each person of an account do everything. */
    MEMBERS(50, """
            SELECT 1 FROM member JOIN person ON person.id = member.person_id
            WHERE member.role <> 'owner' OR member.left_at IS NOT NULL OR member.account_id <> person.account_id
            UNION ALL SELECT 1 FROM person_link WHERE role <> 'owner'
            LIMIT 1"""),

    /** Teams: older programs create keys for archived ones, and let each key of an account read what a team's keys have kept. */
    TEAMS(51, "SELECT 1 FROM team LIMIT 1"),

    /** Budgets: older programs do not count them. */
    BUDGETS(53, "SELECT 1 FROM budget LIMIT 1"),

    /** Tags and end users: older programs count neither their calls nor the refunds of their calls. */
    LABELS(58, "SELECT 1 FROM account WHERE tag_names <> '' OR end_users = 1 LIMIT 1"),

    /** Tags of keys that count: older programs pass over them. */
    KEY_TAGS(59, """
            SELECT 1 FROM api_key JOIN account ON account.id = api_key.account_id
            WHERE api_key.tags <> '' AND account.tag_names <> '' LIMIT 1""");

    private final int schema;
    private final String rows;

    /**
     * @param schema the number of the migration that made the form
     * @param rows a query that has a row if there is one of this form
     */
    RowForm(int schema, String rows) {
        this.schema = schema;
        this.rows = rows;
    }

    /** Returns the first schema whose programs read such rows as they are meant. */
    public int schema() {
        return schema;
    }

    String rows() {
        return rows;
    }
}

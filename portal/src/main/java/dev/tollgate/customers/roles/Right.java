package dev.tollgate.customers.roles;

import java.util.List;
import java.util.stream.Stream;

/**
 * The rights of each role in an organization: the one table, which pages ask and {@code docs/organizations.md} shows. A cell is {@code ✓}, {@code all} or
 * {@code see} for the whole right, {@code –} for none; another word says which part of it the role has.
 */
public enum Right {
    USAGE("Overview, Usage, Requests, CSV", "all|all|all|own|all|team"),
    BALANCE("balance, Billing, statements, receipts", "✓|see|✓|–|see|–"),
    PAY("top up, contact, vouchers", "✓|–|✓|–|–|–"),
    KEYS("Keys: see", "all|all|–|own|all|team"),
    PERSONAL_KEYS("personal keys: create, change, delete", "own|own|–|own|–|own"),
    OTHERS_KEYS("others' personal keys: limit, disable, delete", "✓|✓|–|–|–|team"),
    SERVICE_KEYS("service keys", "✓|✓|–|–|–|team"),
    ACCOUNT_KEYS("account keys, move", "✓|✓|–|–|–|–"),
    MANAGEMENT_KEYS("management keys (password again)", "✓|✓|–|–|–|–"),
    MEMBERS("Members: see", "all|all|all|own teams|all|own teams"),
    SET_MEMBERS("invite, remove, set roles", "✓|not owners|–|–|–|–"),
    TEAMS("Teams: create, archive", "✓|✓|–|–|–|–"),
    TEAM_PEOPLE("people of a team", "✓|✓|–|–|–|existing members"),
    BUDGETS("budgets of account; of teams, members", "✓|✓|account|–|–|–"),
    KEY_LIMITS("limits of keys", "✓|✓|–|own|–|team"),
    ORGANIZATION("Organization settings, tags, end users", "✓|✓|–|–|–|–"),
    WEBHOOKS("Webhooks", "✓|✓|✓|–|–|–"),
    AUDIT_LOG("Audit log", "✓|✓|–|–|✓|–"),
    PLAYGROUND("Playground", "✓|✓|–|✓|–|✓"),
    ACCOUNT("account export, deletion, ownership", "✓|–|–|–|–|–"),
    SELF("own settings, own data, leave", "✓|✓|✓|✓|✓|✓");

    /** A cell of the table. @param word in the documentation; it starts no program if it is none of these */
    private enum Cell {
        YES("✓", true),
        ALL("all", true),
        SEE("see", true),
        OWN("own", false),
        OWN_TEAMS("own teams", false),
        TEAM("team", false),
        ACCOUNT("account", false),
        NOT_OWNERS("not owners", false),
        EXISTING_MEMBERS("existing members", false),
        NONE("–", false);

        private final String word;
        private final boolean isWhole;

        Cell(String word, boolean isWhole) {
            this.word = word;
            this.isWhole = isWhole;
        }

        static Cell of(String word) {
            return Stream.of(values())
                    .filter(each -> each.word.equals(word))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no cell of the table of rights: " + word));
        }
    }

    private final String row;
    private final List<Cell> cells;

    /**
     * @param row the row's name in the documentation
     * @param cells of the roles in their order, then of a team's admin
     */
    Right(String row, String cells) {
        this.row = row;
        this.cells = Stream.of(cells.split("\\|")).map(Cell::of).toList();
    }

    /** Returns the row of the table as the documentation has it. */
    public List<String> row() {
        return Stream.concat(Stream.of(row), cells.stream().map(cell -> cell.word))
                .toList();
    }

    /** Returns whether a role has the whole right. */
    public boolean isWhole(MemberRole role) {
        return cell(role).isWhole;
    }

    /** Returns whether a role has the right or a part of it. Which part is the handler's to check. */
    public boolean isPartly(MemberRole role) {
        return cell(role) != Cell.NONE;
    }

    /** Returns whether a member has the right or a part of it, by the role or as the admin of a team. Which part is the handler's to check. */
    public boolean isPartly(Membership membership) {
        return isPartly(membership.role()) || (!membership.administers().isEmpty() && isOfAdmins());
    }

    /** Returns whether the admin of a team has the right or a part of it. */
    boolean isOfAdmins() {
        return cells.getLast() != Cell.NONE;
    }

    /** Returns whether a member has the right for what is the member's own, by the role or as the admin of a team. */
    boolean isOwn(Membership membership) {
        return cell(membership.role()) == Cell.OWN
                || (!membership.administers().isEmpty() && cells.getLast() == Cell.OWN);
    }

    /** Returns whether the admin of a team has the right for what is the team's. */
    boolean isOfTeam() {
        return cells.getLast() == Cell.TEAM;
    }

    private Cell cell(MemberRole role) {
        return cells.get(role.ordinal());
    }
}

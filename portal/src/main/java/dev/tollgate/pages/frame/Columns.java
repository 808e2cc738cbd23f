package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.pages.frame.Cell.Below;
import dev.tollgate.pages.frame.Table.Head;
import dev.tollgate.pages.frame.Table.Placed;
import dev.tollgate.pages.frame.Table.Row;
import gg.jte.Content;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a list. The first one names the row. Made for one page; not thread-safe.
 *
 * @param <T> a row
 */
public final class Columns<T> {

    /** A property of a column, with its class in the style sheet. */
    public enum Look {
        /** A number, to the right. */
        NUM("num"),
        /** Moves below the first cell on narrow screens, after its head. */
        DESK("hide"),
        /** Moves below the first cell on narrow screens, without its head. */
        FOLD("hide"),
        /** Hides on narrow screens, with {@link #ROOMY} except on wide ones: the row's own page has it. */
        SPARE("spare"),
        /** Hides on narrow screens: a picture of the row's figures, which says nothing more. */
        PICTURE("hide"),
        /** Stays in one line. */
        NW("nw"),
        /** Moves below the first cell except on wide screens. */
        ROOMY("roomy"),
        /** Hides except on very wide screens: the row's own page has it. */
        VAST("vast"),
        /** Stays in view where the table is wider than its place. */
        STAY("stay"),
        MONO("mono"),
        /** Takes the width, and breaks long words. */
        WIDE("wide"),
        /** Stays in one line, which ends where the column does; {@code app.js} then makes the whole its title. */
        CUT("cut"),
        /** Keeps the width of a name. */
        WHOLE("whole"),
        /** Breaks long words. */
        WRAP("wrap"),
        SMALL("small"),
        MUTED("muted");

        private static final Set<Look> OF_HEADS = Set.of(NUM, DESK, FOLD, SPARE, PICTURE, ROOMY, VAST, STAY);

        private final String style;

        Look(String style) {
            this.style = style;
        }

        private static @Nullable String styles(Stream<Look> looks) {
            String styles = looks.map(look -> look.style).collect(Collectors.joining(" "));
            return styles.isEmpty() ? null : styles;
        }
    }

    /** @param amounts null for other columns than {@link #sum} */
    private record Column<T>(
            Head head,
            Function<T, Cell> cell,
            Set<Look> looks,
            @Nullable Amounts<T> amounts) {

        private Column<T> headed(Head other) {
            return new Column<>(other, cell, looks, amounts);
        }
    }

    /** The amounts of a column, shown as sums. */
    private record Amounts<T>(Money money, Function<T, @Nullable Long> micros) {

        private long of(T row) {
            return Objects.requireNonNullElse(micros.apply(row), 0L);
        }

        private boolean isRounded(List<T> rows, T foot) {
            return money.isRounded(rows.stream().map(this::of).toList(), of(foot));
        }
    }

    private final String name;
    private final List<Column<T>> columns = new ArrayList<>();
    private @Nullable String style;
    private @Nullable String id;
    private Table.@Nullable Live live;
    private @Nullable T foot;
    private @Nullable List<T> all;
    private Table.@Nullable Empty empty;
    private Predicate<T> isSum = row -> false;

    private Columns(String name) {
        this.name = name;
    }

    /** @param name the table's name for screen readers, unique on the page */
    public static <T> Columns<T> of(String name) {
        return new Columns<>(name);
    }

    /** @param rows what the rows are, unique on the page; for screen readers "Table:" stands before it */
    public static <T> Columns<T> table(String rows) {
        return new Columns<>(say("Table: {rows}", rows));
    }

    // ---- columns ----

    public Columns<T> cell(String head, Function<T, Cell> cell, Look... looks) {
        return add(head, false, cell, looks);
    }

    private Columns<T> add(String head, boolean isSilent, Function<T, Cell> cell, Look... looks) {
        Set<Look> all = EnumSet.noneOf(Look.class);
        all.addAll(List.of(looks));
        String style = Look.styles(all.stream().filter(Look.OF_HEADS::contains));
        columns.add(new Column<>(new Head(head, isSilent, style, null, null, null), cell, all, null));
        return this;
    }

    /** Adds a column of buttons. @param head for screen readers */
    public Columns<T> buttons(String head, Function<T, Cell> cell) {
        return add(head, true, cell, Look.NUM);
    }

    /** Adds a column of texts; a dash stands for null. */
    public Columns<T> text(String head, Function<T, @Nullable String> text, Look... looks) {
        return cell(
                head,
                row -> {
                    String value = text.apply(row);
                    return Cell.of(value == null ? Cell.NOTHING : value);
                },
                looks);
    }

    public Columns<T> number(String head, ToLongFunction<T> number, Look... looks) {
        return cell(head, row -> Cell.of(Display.number(number.applyAsLong(row))), looks)
                .looking(Look.NUM);
    }

    /** Adds a column of sums; a dash stands for null. The last row says that amounts are rounded if they do not add up as they are shown. */
    public Columns<T> sum(String head, Money money, Function<T, @Nullable Long> micros, Look... looks) {
        cell(head, row -> Cell.sum(money, micros.apply(row)), looks).looking(Look.NUM);
        Column<T> last = columns.removeLast();
        columns.add(new Column<>(last.head, last.cell, last.looks, new Amounts<>(money, micros)));
        return this;
    }

    /** Shows the sums of the last column as the differences of two others as these are shown. */
    public Columns<T> difference(Function<T, @Nullable Long> of, Function<T, @Nullable Long> less) {
        Column<T> last = columns.removeLast();
        Money money = Objects.requireNonNull(last.amounts).money;
        Function<T, Cell> cell = row -> {
            Cell own = last.cell.apply(row);
            long first = Objects.requireNonNullElse(of.apply(row), 0L);
            long second = Objects.requireNonNullElse(less.apply(row), 0L);
            return own.title() == null
                    ? own
                    : Cell.of(money.less(first, second)).titled(own.title());
        };
        columns.add(new Column<>(last.head, cell, last.looks, null));
        return this;
    }

    public Columns<T> time(String head, ZoneId zone, Function<T, Instant> time, Look... looks) {
        return cell(
                        head,
                        row -> {
                            Instant at = time.apply(row);
                            return Cell.of(Display.time(at, zone)).titled(Display.fullTime(at, zone));
                        },
                        looks)
                .looking(Look.NW);
    }

    public Columns<T> day(String head, ZoneId zone, Function<T, Instant> time, Look... looks) {
        return cell(head, row -> Cell.of(Display.day(time.apply(row), zone)), looks)
                .looking(Look.NW);
    }

    private Columns<T> looking(Look look) {
        Column<T> last = columns.removeLast();
        last.looks().add(look);
        return add(last.head().text(), false, last.cell(), last.looks().toArray(Look[]::new));
    }

    /** Leaves the last column out unless a condition holds. */
    public Columns<T> only(boolean condition) {
        if (!condition) {
            columns.removeLast();
        }
        return this;
    }

    /** Links the head of the last column. @param order {@code ascending} or {@code descending}; null if the list is not sorted by it */
    public Columns<T> linked(@Nullable String href, @Nullable String order) {
        Column<T> last = columns.removeLast();
        Head head = last.head();
        Head linked = new Head(head.text(), head.isSilent(), head.style(), href, order, null);
        columns.add(last.headed(linked));
        return this;
    }

    /** Lets a press on the head of the last column sort by an order, if there is such an order. */
    public Columns<T> by(Sorting<T> sorting, String order) {
        return sorting.orders().containsKey(order)
                ? linked(
                        sorting.link(order),
                        sorting.direction(order, columns.getLast().looks().contains(Look.NUM)))
                : this;
    }

    /** Gives the last column the colour of a chart's series. */
    public Columns<T> coloured(int colour) {
        Column<T> last = columns.removeLast();
        columns.add(last.headed(last.head().coloured(colour)));
        return this;
    }

    // ---- the table ----

    /** Gives the table an id, by which a script finds it. */
    public Columns<T> id(String id) {
        this.id = id;
        return this;
    }

    /** Gives the rows a name, by which a script fills them, and hides the table while there are none. @param sample a template of a row */
    public Columns<T> live(String list, Content sample) {
        live = new Table.Live(list, sample);
        return this;
    }

    /** Adds a last row, the sum. */
    public Columns<T> foot(T row) {
        foot = row;
        return this;
    }

    /** Names the rows of all pages of the list: those, not the ones of a page, add up to the last row. */
    public Columns<T> among(List<T> rows) {
        all = rows;
        return this;
    }

    /** @param classes of the style sheet */
    public Columns<T> styled(String classes) {
        style = classes;
        return this;
    }

    /** Marks the rows that are sums. */
    public Columns<T> sums(Predicate<T> sum) {
        isSum = sum;
        return this;
    }

    /** @param text instead of a table without rows */
    public Columns<T> empty(String text) {
        return empty(text, null, "");
    }

    /** @param href of a button below the text; null for none */
    public Columns<T> empty(String text, @Nullable String href, String label) {
        empty = new Table.Empty(text, href, label);
        return this;
    }

    public Table rows(List<T> rows) {
        return new Table(
                name,
                style,
                columns.stream().map(Column::head).toList(),
                rows.stream().map(row -> row(row, null)).toList(),
                foot == null ? null : foot(foot, all == null ? rows : all),
                empty,
                id,
                live);
    }

    private Row foot(T foot, List<T> rows) {
        boolean isRounded = columns.stream()
                .map(Column::amounts)
                .filter(Objects::nonNull)
                .anyMatch(amounts -> amounts.isRounded(rows, foot));
        return row(foot, isRounded ? say("amounts::rounded") : null);
    }

    /** @param note behind the name; null for none */
    private Row row(T row, @Nullable String note) {
        List<Placed> cells = new ArrayList<>();
        List<Below> narrow = new ArrayList<>();
        List<Below> unroomy = new ArrayList<>();
        for (Column<T> column : columns) {
            Cell cell = column.cell().apply(row);
            Set<Look> looks = column.looks();
            cells.add(new Placed(cell, Look.styles(looks.stream())));
            if (!cell.isEmpty() && !looks.contains(Look.SPARE) && !looks.contains(Look.PICTURE)) {
                Below below =
                        new Below(looks.contains(Look.FOLD) ? "" : column.head().text(), cell.plain());
                if (looks.contains(Look.ROOMY)) {
                    unroomy.add(below);
                } else if (looks.contains(Look.DESK) || looks.contains(Look.FOLD)) {
                    narrow.add(below);
                }
            }
        }
        Placed first = cells.removeFirst();
        Cell whole = first.cell().note(note).below("sub small muted", narrow).below("unroomy small muted", unroomy);
        return new Row(new Placed(whole, first.style()), cells, isSum.test(row) ? "sum" : null);
    }
}

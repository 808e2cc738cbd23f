package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.words.Language;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.people.Passwords;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.roles.RightLost;
import dev.tollgate.http.BodyKind;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Form;
import dev.tollgate.http.FormReader;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.storage.PageReads;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.secrets.SecretBox;
import gg.jte.TemplateOutput;
import gg.jte.html.HtmlTemplateOutput;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.Utf8ByteOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.Year;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes the routes of pages, and shows what they answer. Thread-safe. */
public final class Pages {

    private static final String TOKEN = "csrf";

    private final Site site;
    private final Supplier<OperatorWords> words;
    private final People people;
    private final Ledger ledger;
    private final Function<String, List<Members.Organization>> organizations;
    private final PageReads reads;
    private final InstantSource clock;
    private final FormTokens tokens;
    private final PageErrors errors;
    private final PageFiles files = new PageFiles();
    private final SharedPages shared;
    private final PageTurns turns = new PageTurns();
    private final List<Pattern> shown = new CopyOnWriteArrayList<>();
    private final PageGate<Visitor> everybody;
    private final PageGate<Visitor.Member> begun;
    private final PageGate<Visitor.Member> persons;
    private final PageGate<Visitor.Member> operators;

    /**
     * @param words what the operator says on every page, as it is now
     * @param organizations of a person, by the id
     * @param reads what a page reads for who is signed in is read in one transaction of these
     */
    public Pages(
            Site site,
            Predicate<String> console,
            Supplier<OperatorWords> words,
            People people,
            Ledger ledger,
            Function<String, List<Members.Organization>> organizations,
            PageReads reads,
            SecretBox secrets,
            SecureRandom random,
            InstantSource clock) {
        this.site = site;
        this.words = words;
        this.people = people;
        this.ledger = ledger;
        this.organizations = organizations;
        this.reads = reads;
        this.clock = clock;
        this.tokens = new FormTokens(secrets, random);
        this.errors = new PageErrors(site, site.languages().usual());
        this.shared = new SharedPages(site.languages().offered().size());
        this.everybody = PageGate.everybody(site, people, tokens);
        this.begun = PageGate.begun(site, people, tokens);
        this.persons = PageGate.persons(site, people, tokens);
        this.operators = PageGate.operators(persons, console);
    }

    // ---- who may see it ----

    public PageGate<Visitor> everybody() {
        return everybody;
    }

    /** Returns the gate of visitors who have entered the right password. */
    public PageGate<Visitor.Member> begun() {
        return begun;
    }

    /** Returns the gate of pages about the signed-in person alone, who may be in no account. */
    public PageGate<Visitor.Member> persons() {
        return persons;
    }

    /** Returns the gate of members whose role has a whole right. */
    public PageGate<Visitor.Member> members(Right right) {
        return PageGate.members(persons, right);
    }

    public PageGate<Visitor.Member> operators() {
        return operators;
    }

    /** Returns the gate of members whose role has a right or a part of it; which part, the handler checks. */
    public PageGate<Visitor.Member> partly(Right right) {
        return PageGate.partly(persons, right);
    }

    /** Returns the gate of members whose page listens to a stream, with a right or a part of it; which part, the handler checks. */
    public PageGate<Visitor.Member> listeners(Right right) {
        return PageGate.listeners(partly(right));
    }

    /**
     * Returns the gate of requests from scripts of pages.
     *
     * @param of the person as the handler sees them; may block
     * @param arrived receives each request on its loop and may refuse it
     */
    public <C extends Caller> Gate<C> calls(Function<Visitor.Member, C> of, BiConsumer<Exchange, C> arrived) {
        return new CallGate<>(site, people, tokens, of, arrived);
    }

    // ---- routes ----

    /** Makes a page; may block. @param <V> who looks at it */
    @FunctionalInterface
    public interface Page<V extends Visitor> {
        PageStep make(PageRequest<V> request);
    }

    /** Does what a form asks for; may block. @param <V> who sends it */
    @FunctionalInterface
    public interface Deed<V extends Visitor> {
        PageStep take(PageRequest<V> request, Form form);
    }

    /** Makes a file; may block. @param <V> who saves it */
    @FunctionalInterface
    public interface Saved<V extends Visitor> {
        PageFile make(PageRequest<V> request);
    }

    /** A file to be saved, sent as it is written; one at a time for an account. */
    public Route<Visitor.Member> file(String path, PageGate<Visitor.Member> gate, Saved<Visitor.Member> saved) {
        return Route.get(path, gate, (Exchange exchange, Visitor.Member visitor) -> {
                    PageRequest<Visitor.Member> request = request(exchange, visitor);
                    files.send(exchange, visitor.accountId(), () -> saved.make(request));
                })
                .withErrors(errors);
    }

    /** Events for a page's script. @param stream begins it, on the event loop */
    public Route<Visitor.Member> stream(
            String path, PageGate<Visitor.Member> gate, BiConsumer<Exchange, Visitor.Member> stream) {
        return Route.get(path, gate, (Exchange exchange, Visitor.Member visitor) -> {
                    PageHeaders.ALL.forEach(exchange::setHeader);
                    stream.accept(exchange, visitor);
                })
                .withErrors(errors);
    }

    public <V extends Visitor> Route<V> get(String path, PageGate<V> gate, Page<? super V> page) {
        return shown(path, gate, page, this::year);
    }

    /** A page that is printed, or kept as a file: each of its times has its year. */
    public <V extends Visitor> Route<V> print(String path, PageGate<V> gate, Page<? super V> page) {
        return shown(path, gate, page, _ -> null);
    }

    private <V extends Visitor> Route<V> shown(
            String path, PageGate<V> gate, Page<? super V> page, Function<Visitor, @Nullable Year> year) {
        shown.add(Pattern.compile(path.replaceAll("\\{[^}]*\\.\\.\\.}", ".+").replaceAll("\\{[^}]*}", "[^/]+")));
        return Route.get(path, gate, (Exchange exchange, V visitor) -> {
                    PageRequest<V> request = request(exchange, visitor, year.apply(visitor));
                    answer(request, () -> ofOneInstant(visitor, () -> drawn(request, () -> make(page, request))));
                })
                .withErrors(errors);
    }

    /** Returns whether a path is the address of a page. */
    public boolean isShown(String path) {
        return shown.stream().anyMatch(page -> page.matcher(path).matches());
    }

    /** A form without a token, for pages whose bytes strangers share. Its origin is checked before {@code deed} sees it. */
    public <V extends Visitor> Route<V> open(String path, PageGate<V> gate, Deed<? super V> deed) {
        return post(path, gate, (form, visitor) -> true, deed);
    }

    /** A form, whose origin and token are checked before {@code deed} sees it. */
    public <V extends Visitor> Route<V> post(String path, PageGate<V> gate, Deed<? super V> deed) {
        return post(path, gate, (form, visitor) -> tokens.isGood(form.field(TOKEN), visitor), deed);
    }

    private <V extends Visitor> Route<V> post(
            String path, PageGate<V> gate, BiPredicate<Form, Visitor> check, Deed<? super V> deed) {
        return Route.post(path, gate, (Exchange exchange, V visitor) -> {
                    requireOurs(site.isFromUs(exchange));
                    exchange.read(new FormReader(), form -> {
                        requireOurs(check.test(form, visitor));
                        PageRequest<V> request = request(exchange, visitor);
                        answer(request, () -> drawn(request, () -> take(deed, request, form)));
                    });
                })
                .taking(BodyKind.FORM)
                .withErrors(errors);
    }

    @SuppressWarnings("unchecked") // a page that takes more visitors takes these
    private static <V extends Visitor> PageStep make(Page<? super V> page, PageRequest<V> request) {
        return ((Page<V>) page).make(request);
    }

    @SuppressWarnings("unchecked") // a form for more kinds of visitors accepts these, too
    private static <V extends Visitor> PageStep take(Deed<? super V> deed, PageRequest<V> request, Form form) {
        return ((Deed<V>) deed).take(request, form);
    }

    private <V extends Visitor> PageRequest<V> request(Exchange exchange, V visitor) {
        return request(exchange, visitor, year(visitor));
    }

    private <V extends Visitor> PageRequest<V> request(Exchange exchange, V visitor, @Nullable Year year) {
        return new PageRequest<>(
                exchange, visitor, tokens.token(visitor), site, money(visitor), language(exchange, visitor), year);
    }

    /** Returns the year in which a visitor reads what is drawn now. */
    public Year year(Visitor visitor) {
        ZoneId zone = visitor instanceof Visitor.Member member
                ? member.person().preferences().zone()
                : ZoneOffset.UTC;
        return Year.from(clock.instant().atZone(zone));
    }

    /** Returns the language in which a visitor reads the answer to a request. */
    public Language language(Exchange exchange, Visitor visitor) {
        return site.language(
                exchange,
                exchange.query("lang"),
                visitor instanceof Visitor.Member member && !member.session().codeDue()
                        ? member.person().preferences().language()
                        : null);
    }

    /** Returns what a visitor sees first. */
    public Money money(Visitor visitor) {
        Money ofOperator = words.get().money();
        return visitor instanceof Visitor.Member member
                ? Money.of(member.person().preferences().money(), ofOperator)
                : ofOperator;
    }

    private static void requireOurs(boolean ours) {
        if (!ours) {
            throw ApiError.of(
                            ErrorCode.INVALID_REQUEST,
                            sentence(
                                    "This form did not come from this site, or the page was too old. Open the page again and"
                                            + " send the form again."))
                    .withStatus(403)
                    .asException();
        }
    }

    // ---- answers ----

    /** @param shell null if it is a move */
    private record Drawn(PageStep step, @Nullable Shell shell) {}

    /** @param html null if it is a move */
    private record Made(PageStep step, SharedPages.@Nullable PageBytes html) {}

    /** A stranger's page reads next to nothing, and has no account that takes turns. */
    private Drawn ofOneInstant(Visitor visitor, Supplier<Drawn> drawing) {
        return visitor instanceof Visitor.Member member ? reads.onePage(member.accountId(), drawing) : drawing.get();
    }

    private Drawn drawn(PageRequest<?> request, Supplier<PageStep> making) {
        return request.language().boundIn(request.year(), () -> {
            PageStep step = made(making);
            return new Drawn(step, step instanceof PageStep.Show show ? shell(request, show.balanceMicros()) : null);
        });
    }

    /** A change whose right was lost since the gate let it in was not made. */
    private static PageStep made(Supplier<PageStep> making) {
        try {
            return making.get();
        } catch (StoreException e) {
            throw e.getCause() instanceof RightLost
                    ? ApiError.of(ErrorCode.INVALID_REQUEST, sentence("Your role in this organization has changed."))
                            .withStatus(403)
                            .asException()
                    : e;
        }
    }

    private void answer(PageRequest<?> request, Supplier<Drawn> drawing) {
        request.exchange().compute(() -> made(request, drawing), made -> send(request, made));
    }

    private Made made(PageRequest<?> request, Supplier<Drawn> drawing) {
        try {
            Drawn drawn = drawing.get();
            return new Made(
                    drawn.step,
                    drawn.step instanceof PageStep.Show show && drawn.shell != null
                            ? inTurn(request, show, drawn.shell)
                            : null);
        } catch (Passwords.Busy busy) {
            throw ApiError.of(
                            ErrorCode.INTERNAL_ERROR,
                            sentence("Too many people are signing in. Try again in a few seconds."))
                    .withStatus(503)
                    .asException();
        }
    }

    private SharedPages.PageBytes inTurn(PageRequest<?> request, PageStep.Show show, Shell shell) {
        Exchange exchange = request.exchange();
        String payer = request.visitor() instanceof Visitor.Member member ? member.accountId() : exchange.network();
        return turns.draw(payer, exchange.method().equals("POST"), () -> request.language()
                .boundIn(request.year(), () -> html(request, show, shell)));
    }

    private SharedPages.PageBytes html(PageRequest<?> request, PageStep.Show show, Shell shell) {
        PageStep.Shared by = show.shared();
        Supplier<byte[]> rendering = () -> render(out -> show.drawing().draw(out, shell));
        if (by == null) {
            return new SharedPages.PageBytes(rendering.get(), null);
        }
        return shell.person() == null
                ? shared.page(request.path(), shell.words(), request.language(), request.year(), by, rendering)
                : new SharedPages.PageBytes(
                        SharedPages.filled(new String(rendering.get(), StandardCharsets.UTF_8), by), null);
    }

    /** Returns a template's HTML for a file, in English. */
    public static byte[] file(Consumer<HtmlTemplateOutput> drawing) {
        return Language.ENGLISH.bound(() -> render(drawing));
    }

    static byte[] render(Consumer<HtmlTemplateOutput> drawing) {
        Utf8ByteOutput output = new Utf8ByteOutput();
        drawing.accept(new OwaspHtmlTemplateOutput(new EscapingOutput(output)));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(output.getContentLength());
        try {
            output.writeTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private Shell shell(PageRequest<?> request, @Nullable Long balanceMicros) {
        // A visitor who has shown only the password sees nothing of the account, not even on public pages.
        if (!(request.visitor() instanceof Visitor.Member member)
                || member.session().codeDue()) {
            return Shell.ofStranger(request, words.get());
        }
        Person person = member.person();
        return Shell.of(
                request,
                person,
                balance(person, balanceMicros),
                words.get(),
                person.isElsewhere() ? organizations.apply(person.id()) : List.of());
    }

    /** @param known what the page has read; null for nothing */
    private @Nullable Long balance(Person person, @Nullable Long known) {
        if (!person.may(Right.BALANCE)) {
            return null;
        }
        return known != null
                ? known
                : ledger.account(person.accountId())
                        .map(account -> account.balance().balanceMicros())
                        .orElse(0L);
    }

    private void send(PageRequest<?> request, Made made) {
        Exchange exchange = request.exchange();
        PageHeaders.ALL.forEach(exchange::setHeader);
        if (made.step() instanceof PageStep.Show) {
            exchange.setHeader("content-language", request.language().tag());
        }
        if (request.isSecure()) {
            exchange.setHeader("strict-transport-security", "max-age=31536000");
        }
        switch (made.step()) {
            case PageStep.Show show -> {
                show.headers().forEach(exchange::setHeader);
                if (request.visitor() instanceof Visitor.Stranger stranger && stranger.newCookie() != null) {
                    exchange.setHeader("set-cookie", stranger.newCookie());
                }
                Objects.requireNonNull(made.html()).send(exchange, show.status());
            }
            case PageStep.Text text ->
                exchange.send(200, text.type() + "; charset=utf-8", text.text().getBytes(StandardCharsets.UTF_8));
            case PageStep.Move move -> {
                move.cookies().forEach(cookie -> exchange.addHeader("set-cookie", cookie));
                if (request.visitor() instanceof Visitor.Stranger stranger && stranger.newCookie() != null) {
                    exchange.addHeader("set-cookie", stranger.newCookie());
                }
                exchange.setHeader("location", move.location());
                exchange.empty(303);
            }
        }
    }

    /** Writes a page and replaces invisible characters of its values by escapes. The templates' own text is written as bytes. */
    private record EscapingOutput(Utf8ByteOutput bytes) implements TemplateOutput {

        @Override
        public void writeContent(String value) {
            bytes.writeContent(WrittenText.shown(value));
        }

        @Override
        public void writeContent(String value, int beginIndex, int endIndex) {
            writeContent(value.substring(beginIndex, endIndex));
        }

        @Override
        public void writeBinaryContent(byte[] value) {
            bytes.writeBinaryContent(value);
        }
    }
}

package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.words.Language;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.BodyKind;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Form;
import dev.tollgate.http.FormReader;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.storage.PageReads;
import dev.tollgate.storage.secrets.SecretBox;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.Year;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes the routes of pages: their gates, forms and files. {@link PageAnswers} shows what they answer. Thread-safe. */
public final class Pages {

    private static final String TOKEN = "csrf";

    private final Site site;
    private final Supplier<OperatorWords> words;
    private final People people;
    private final InstantSource clock;
    private final FormTokens tokens;
    private final PageErrors errors;
    private final PageFiles files = new PageFiles();
    private final PageAnswers answers;
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
        this.clock = clock;
        this.tokens = new FormTokens(secrets, random);
        this.errors = new PageErrors(site, site.languages().usual());
        SharedPages shared = new SharedPages(site.languages().offered().size());
        this.answers = new PageAnswers(words, ledger, organizations, reads, shared, clock);
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
                    answers.show(request, () -> make(page, request));
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
                        answers.take(request, () -> take(deed, request, form));
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
}

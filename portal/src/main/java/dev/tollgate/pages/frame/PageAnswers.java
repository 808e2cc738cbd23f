package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.people.Passwords;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.roles.RightLost;
import dev.tollgate.http.Exchange;
import dev.tollgate.storage.PageReads;
import dev.tollgate.storage.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Draws what pages answer, off the event loops and in turns by account, and sends it with its headers. Thread-safe. */
final class PageAnswers {

    private final Supplier<OperatorWords> words;
    private final Ledger ledger;
    private final Function<String, List<Members.Organization>> organizations;
    private final PageReads reads;
    private final SharedPages shared;
    private final InstantSource clock;
    private final PageTurns turns = new PageTurns();

    PageAnswers(
            Supplier<OperatorWords> words,
            Ledger ledger,
            Function<String, List<Members.Organization>> organizations,
            PageReads reads,
            SharedPages shared,
            InstantSource clock) {
        this.words = words;
        this.ledger = ledger;
        this.organizations = organizations;
        this.reads = reads;
        this.shared = shared;
        this.clock = clock;
    }

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

    /** Draws a page, whose reads of an account are of one instant, and sends it. @param making may block */
    void show(PageRequest<?> request, Supplier<PageStep> making) {
        answer(request, () -> ofOneInstant(request.visitor(), () -> drawn(request, making)));
    }

    /** Does what a form asks for, draws what follows, and sends it. @param making may block */
    void take(PageRequest<?> request, Supplier<PageStep> making) {
        answer(request, () -> drawn(request, making));
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
        Supplier<byte[]> rendering = () -> PageHtml.render(out -> show.drawing().draw(out, shell));
        if (by == null) {
            return new SharedPages.PageBytes(rendering.get(), null, false);
        }
        Exchange exchange = request.exchange();
        boolean packs = Packing.isAccepted(exchange);
        if (shell.person() == null) {
            return shared.page(request.path(), packs, shell.words(), request.language(), request.year(), by, rendering);
        }
        byte[] html = SharedPages.filled(new String(rendering.get(), StandardCharsets.UTF_8), by);
        // Without a query nothing on the page is of another's choosing.
        return packs && exchange.target().indexOf('?') < 0
                ? new SharedPages.PageBytes(Packing.packed(html), null, true)
                : new SharedPages.PageBytes(html, null, false);
    }

    private Shell shell(PageRequest<?> request, @Nullable Long balanceMicros) {
        // A visitor who has shown only the password sees nothing of the account, not even on public pages.
        if (!(request.visitor() instanceof Visitor.Member member)
                || member.session().codeDue()) {
            return Shell.ofStranger(request, words.get());
        }
        Person person = member.person();
        Long balance = balance(person, balanceMicros);
        return Shell.of(
                request,
                person,
                balance,
                isBelowLine(person, balance),
                words.get(),
                person.isElsewhere() ? organizations.apply(person.id()) : List.of());
    }

    /** Returns whether what pays now is below the person's line. */
    private boolean isBelowLine(Person person, @Nullable Long balanceMicros) {
        Long line = person.preferences().balanceLineMicros();
        return balanceMicros != null
                && line != null
                && (balanceMicros < line
                        || balanceMicros - ledger.aheadMicros(person.accountId(), clock.instant()) < line);
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
}

package dev.tollgate.pages.console;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.customers.people.People;
import dev.tollgate.http.Form;
import dev.tollgate.operator.admin.By;
import dev.tollgate.pages.frame.Once;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.SealedFields;
import dev.tollgate.pages.frame.Visitor;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The common part of all operators' forms: the operator, the reason, one execution, and a recent password. Thread-safe. */
public final class DeedForms {

    private static final int CARRIED_CHARS_MAX = 600;
    private static final String KEPT = "kept";
    private static final int MICROS_DIGITS = 6;
    private static final BigDecimal CREDITS_MAX = BigDecimal.valueOf(1_000_000_000);

    /** Fields that the way back does not carry: each page makes its own. */
    private static final Set<String> NOT_CARRIED = Set.of("csrf", Once.FIELD);

    private final People people;
    private final SealedFields fields;
    private final SecureRandom random;

    public DeedForms(People people, SealedFields fields, SecureRandom random) {
        this.people = people;
        this.fields = fields;
        this.random = random;
    }

    /** Names a form that is shown, so that money that is sent for twice by a double press moves once. */
    String once() {
        return Once.next(random);
    }

    By by(PageRequest<Visitor.Member> request, Form form) {
        return new By(actor(request), form.field("reason"), requestId(form));
    }

    Actor actor(PageRequest<Visitor.Member> request) {
        return Actor.person(request.visitor().person().id(), request.visit().address());
    }

    private static @Nullable RequestId requestId(Form form) {
        String once = Once.of(form);
        return once == null ? null : RequestId.ofOperator(once);
    }

    /** Returns the page that requests the password first, with the way back to the filled-in form; null if the password was entered recently. */
    @Nullable
    PageStep proofFirst(PageRequest<Visitor.Member> request, Form form, String formPath) {
        if (people.sessions().isProved(request.visitor().session())) {
            return null;
        }
        Map<String, String> typed = form.fields().entrySet().stream()
                .filter(field -> !NOT_CARRIED.contains(field.getKey()))
                .filter(field -> field.getValue().length() <= CARRIED_CHARS_MAX)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        String kept = fields.seal(request, formPath, typed);
        return PageStep.to(ProvePage.PATH + "?to=" + UrlText.encoded(formPath + "?" + KEPT + "=" + kept));
    }

    /** Returns the values typed into this page's form before the password page. */
    Map<String, String> kept(PageRequest<Visitor.Member> request) {
        return fields.open(request, request.query(KEPT));
    }

    /**
     * Micro-credits of a number of credits, exact; below zero, too.
     *
     * @throws IllegalArgumentException with a sentence, for what is none
     */
    static long micros(String typed) {
        String text = typed.strip().replace('−', '-');
        if (!text.matches("[+-]?[0-9]{1,12}(\\.[0-9]{1,12})?")) {
            throw new IllegalArgumentException("A number of credits is needed, like 12.5.");
        }
        BigDecimal credits = new BigDecimal(text);
        if (credits.abs().compareTo(CREDITS_MAX) > 0) {
            throw new IllegalArgumentException("At most a billion credits in one step.");
        }
        try {
            return credits.movePointRight(MICROS_DIGITS).longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("A number of credits has at most six decimals.", e);
        }
    }
}

package dev.tollgate.pages.console.calls;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.SeenJobs;
import dev.tollgate.operator.admin.server.OperatorJobs;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.dashboard.batches.BatchWords;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import templates.console.JtejobsGenerated;

/** {@code /console/requests/jobs}: the open batches, and responses and interactions in the background, of all accounts, the oldest first. */
public record ConsoleJobs(OperatorJobs jobs, AccountList accounts, DeedForms forms, InstantSource clock) {

    private static final int PAGE = 30;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.JOBS, pages.operators(), request -> PageStep.show(drawing(request, null))),
                pages.post(ConsolePaths.JOBS, pages.operators(), this::take));
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        return forms.offer(jobs, List.of(OperatorJobs.CANCEL))
                .take(
                        request,
                        form,
                        Map.of(),
                        refused -> PageStep.again(drawing(request, refused.error())),
                        done -> done.on(ConsolePaths.JOBS));
    }

    /**
     * A page of jobs.
     *
     * @param names of accounts by their ids
     * @param younger the link to the next page; null at the end
     * @param done what was done; null for nothing
     * @param error of a form that was refused; null for none
     */
    public record Listed(
            List<SeenJobs.Open> jobs,
            Map<String, String> names,
            Instant now,
            @Nullable String younger,
            @Nullable String done,
            @Nullable String error) {

        /** Returns the account of a job. */
        public Cell account(SeenJobs.Open open) {
            String id = open.job().accountId();
            return Cell.link(ConsolePaths.ACCOUNTS + "/" + id, names.getOrDefault(id, id));
        }
    }

    /** Returns the state of a job, and why it waits. */
    public static Cell state(SeenJobs.Open open) {
        Job job = open.job();
        if (job.cancelAt() != null) {
            return Cell.badge("warn", say("batch::being cancelled"));
        }
        if (job.pause() != null) {
            return Cell.badge("warn", say("batch::paused")).under(BatchWords.brief(job.pause()));
        }
        return open.running() > 0 ? Cell.badge("run", say("running")) : Cell.badge("", say("job::waiting"));
    }

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, @Nullable String error) {
        List<SeenJobs.Open> found = jobs.page(request.query("after"), PAGE + 1);
        List<SeenJobs.Open> page = found.subList(0, Math.min(found.size(), PAGE));
        String younger = found.size() > PAGE
                ? PageLink.to(ConsolePaths.JOBS)
                        .with("after", page.getLast().job().shownId())
                        .text()
                : null;
        Listed listed = new Listed(
                page,
                accounts.names(page.stream().map(it -> it.job().accountId()).collect(Collectors.toSet())),
                clock.instant(),
                younger,
                DeedForms.done(request, error),
                error);
        return (out, shell) -> JtejobsGenerated.render(out, null, shell, listed);
    }
}

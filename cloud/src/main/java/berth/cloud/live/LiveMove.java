package berth.cloud.live;

import berth.block.BlockException;
import berth.block.Problem;
import berth.ceph.CephStore;
import berth.cloud.Failure;
import berth.libvirt.BlockJob;
import berth.libvirt.DomainDisk;
import berth.libvirt.DomainXml;
import berth.source.SourceFactory;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** One run of the move of one running instance. For one thread. */
final class LiveMove {
    private static final long POLL_MILLIS = 200;
    /** After these libvirt or the operator is gone, and what is under way goes on without this run. */
    private static final Set<Problem> KEEPING = EnumSet.of(Problem.UNREACHABLE, Problem.CANCELLED);

    private final LiveDomain domain;
    private final LiveFiles files;
    private final LivePlan plan;
    private final LiveListener listener;
    private final TargetImages images;
    private final Changeover changeover;
    private final Proof proof;
    private final List<String> notes = new ArrayList<>();
    private LiveJournal journal;
    private OptionalLong paused = OptionalLong.empty();
    private boolean verified;

    LiveMove(
            LiveDomain domain,
            CephStore store,
            SourceFactory sources,
            LiveFiles files,
            LivePlan plan,
            LiveJournal journal,
            LiveListener listener) {
        this.domain = domain;
        this.files = files;
        this.plan = plan;
        this.journal = journal;
        this.listener = listener;
        this.images = new TargetImages(store);
        this.changeover = new Changeover(domain, store, this::standing);
        this.proof = new Proof(store, sources, plan.options().backingDirectories());
    }

    /** Goes on from wherever the move is. */
    LiveReport run() {
        if (journal.state() == LiveState.DONE) {
            return finished();
        }
        try {
            if (journal.state() == LiveState.ROLLING_BACK) {
                requireRollBack();
                return rolledBack(Optional.of(new BlockException(
                        Problem.MIGRATION_STATE,
                        "an earlier move of instance " + domain.uuid() + " was being taken back, which is done now")));
            }
            domain.libvirt().running(domain.uuid()).ifPresent(xml -> notes.addAll(plan.notes(xml, journal)));
            while (journal.state() != LiveState.DONE) {
                step();
            }
            return report(LiveReport.Outcome.MOVED, Optional.empty());
        } catch (BlockException e) {
            return failed(e);
        }
    }

    /** Says what {@link #run} would do; a move that was begun is named by its state. */
    LiveReport plan() {
        if (journal.state() == LiveState.DONE) {
            return finished();
        }
        try {
            if (journal.state() == LiveState.PREPARED) {
                requireOnFiles();
                journal.disks().stream()
                        .filter(disk -> disk.imageId().isEmpty())
                        .forEach(images::find);
            } else {
                notes.add("the move was begun, and is " + journal.state());
            }
            domain.libvirt().running(domain.uuid()).ifPresent(xml -> notes.addAll(plan.notes(xml, journal)));
            return report(LiveReport.Outcome.PLANNED, Optional.empty());
        } catch (BlockException e) {
            return report(LiveReport.Outcome.PLANNED, Optional.of(Failure.of(e, List.of())));
        }
    }

    /** Takes the move back, wherever it is. */
    LiveReport rollBack() {
        try {
            requireRollBack();
            return rolledBack(Optional.empty());
        } catch (BlockException e) {
            return report(LiveReport.Outcome.UNFINISHED, Optional.of(Failure.of(e, List.of())));
        }
    }

    private void requireRollBack() {
        if (!canRollBack()) {
            throw new BlockException(
                    Problem.MIGRATION_STATE,
                    "instance " + domain.uuid() + " uses its images already, or may have; it cannot go back to the"
                            + " files, which are older than they are");
        }
    }

    private void step() {
        switch (journal.state()) {
            case PREPARED -> prepare();
            case COPYING -> copy();
            case CHANGING -> change();
            case CHANGED -> complete();
            case DONE, ROLLING_BACK -> throw new IllegalStateException("no step from " + journal.state());
        }
    }

    private void enter(LiveJournal next) {
        journal = next.write(files.journal());
        listener.entered(journal.state());
    }

    private void prepare() {
        requireOnFiles();
        files.write("before", domain.running());
        domain.libvirt().definition(domain.uuid()).ifPresent(xml -> files.write("before-inactive", xml));
        enter(journal);
        for (LiveDisk disk : journal.disks()) {
            journal = journal.withDisk(images.make(disk)).write(files.journal());
        }
        enter(journal.withRun(domain.run()).with(LiveState.COPYING));
    }

    private void requireOnFiles() {
        for (LiveDisk disk : journal.disks()) {
            if (standing(disk) != Standing.ON_FILE) {
                throw new BlockException(
                        Problem.IMAGE_IN_USE,
                        "disk " + disk.target() + " of instance " + domain.uuid() + " is being copied to " + disk.spec()
                                + " already, by someone else");
            }
        }
    }

    private Standing standing(LiveDisk disk) {
        return standing(domain.running(), disk);
    }

    private Standing standing(DomainXml xml, LiveDisk disk) {
        return Standing.of(xml, disk.target(), disk.file(), plan.volume(disk, journal.secret()));
    }

    /** A guest that was started anew may use what no copy was ever completed to. */
    private void requireNotOnImages() {
        for (LiveDisk disk : journal.disks()) {
            if (standing(disk) == Standing.ON_IMAGE) {
                throw new BlockException(
                        Problem.SOURCE_CHANGED,
                        "instance " + domain.uuid() + " was started anew, on the image " + disk.spec()
                                + ", to which disk " + disk.target() + " had not been copied to the end. Shut it down,"
                                + " have it use " + disk.file() + " again, and look whether anything in the image is"
                                + " still needed");
            }
        }
    }

    private void copy() {
        String run = domain.run();
        if (journal.isAnotherRun(run)) {
            requireNotOnImages();
            enter(journal.withRun(run));
        }
        DomainXml running = domain.running();
        for (LiveDisk disk : journal.disks()) {
            // Started on anything but the file, a copy would zero what the guest uses.
            if (standing(disk) == Standing.ON_FILE) {
                String destination = running.copyDestination(disk.target(), plan.volume(disk, journal.secret()));
                domain.libvirt()
                        .startCopy(
                                domain.uuid(),
                                disk.target(),
                                destination,
                                plan.options().bytesPerSecond());
            }
        }
        while (!inStep()) {
            Pause.milliseconds(POLL_MILLIS);
        }
        if (journal.isAnotherRun(domain.run())) {
            requireNotOnImages();
        }
        enter(journal.with(LiveState.CHANGING).withResume(domain.isRunning()));
    }

    private boolean inStep() {
        long done = 0;
        long end = 0;
        boolean all = true;
        for (LiveDisk disk : journal.disks()) {
            Standing standing = standing(disk);
            if (standing == Standing.ON_FILE) {
                throw new BlockException(
                        Problem.IO,
                        "QEMU ended the copy of disk " + disk.target() + " of instance " + domain.uuid()
                                + "; its log says why (/var/log/libvirt/qemu)");
            }
            all &= standing != Standing.COPYING;
            BlockJob job = domain.libvirt()
                    .job(domain.uuid(), disk.target())
                    .orElse(new BlockJob(disk.sizeBytes(), disk.sizeBytes()));
            done += job.done();
            end += job.end();
        }
        if (!listener.copying(done, Math.max(1, end))) {
            throw new BlockException(
                    Problem.CANCELLED, "the move of instance " + domain.uuid() + " was left; QEMU goes on copying");
        }
        return all;
    }

    private void change() {
        if (journal.isAnotherRun(domain.run())) {
            throw new BlockException(
                    Problem.SOURCE_CHANGED,
                    "instance " + domain.uuid()
                            + " was started anew while it was being changed over, so that nobody can"
                            + " tell whether the files or the images have what it wrote last: compare "
                            + journal.disks().stream()
                                    .map(disk -> disk.file() + " with " + disk.spec())
                                    .collect(Collectors.joining(", "))
                            + ", keep what is newer, and delete " + files.journal());
        }
        if (journal.disks().stream().anyMatch(disk -> standing(disk) == Standing.ON_FILE)) {
            // The copy ended while this program did not run.
            resumeIfWanted();
            enter(journal.with(LiveState.COPYING));
            return;
        }
        paused = changeover.run(journal.disks(), plan.options().verify(), journal.resume());
        enter(journal.with(LiveState.CHANGED));
    }

    private void resumeIfWanted() {
        if (journal.resume()) {
            domain.resume();
        }
    }

    private void complete() {
        resumeIfWanted();
        domain.libvirt().running(domain.uuid()).ifPresent(xml -> files.write("after", xml));
        domain.libvirt().definition(domain.uuid()).ifPresent(this::define);
        prove();
        enter(journal.with(LiveState.DONE));
    }

    /** libvirt changes the definition with the disk where it can tell that both are the same; else it is done here. */
    private void define(DomainXml definition) {
        DomainXml changed = definition;
        boolean different = false;
        for (LiveDisk moved : journal.disks()) {
            for (DomainDisk disk : definition.disks()) {
                boolean same = disk.target().equals(moved.target()) && disk.isFile();
                if (same && disk.source().equals(Optional.of(moved.file()))) {
                    changed = changed.withDisk(moved.target(), plan.volume(moved, journal.secret()));
                    different = true;
                }
            }
        }
        if (different) {
            domain.libvirt().define(changed);
        }
        files.write("after-inactive", changed);
    }

    private void prove() {
        if (!journal.disks().stream().allMatch(changeover::hasSnapshot)) {
            notes.add("the images have not been compared with the files, because the guest did not stand still for that"
                    + " from the end of the copy on, or they were compared by an earlier run");
            journal.disks().stream().filter(changeover::hasSnapshot).forEach(changeover::removeSnapshot);
            return;
        }
        journal.disks().forEach(disk -> proof.of(disk, listener));
        verified = true;
        journal.disks().forEach(changeover::removeSnapshot);
    }

    /** Only while it is certain that the guest has never used an image: then no image has a byte that its file lacks. */
    private boolean canRollBack() {
        return switch (journal.state()) {
            case CHANGED, DONE -> false;
            // A guest that ended in the midst of the changeover can have used them.
            case CHANGING ->
                domain.isActive() && !journal.isAnotherRun(domain.run()) && isNowhereOnImages(domain.running());
            case PREPARED, COPYING, ROLLING_BACK ->
                domain.libvirt()
                        .running(domain.uuid())
                        .or(() -> domain.libvirt().definition(domain.uuid()))
                        .map(this::isNowhereOnImages)
                        .orElse(true);
        };
    }

    private boolean isNowhereOnImages(DomainXml xml) {
        return xml.disks().stream()
                .noneMatch(disk -> journal.disks().stream()
                        .anyMatch(moved -> Standing.isOn(disk, plan.volume(moved, journal.secret()))));
    }

    private LiveReport failed(BlockException e) {
        if (KEEPING.contains(e.problem()) || journal.state() == LiveState.CHANGED) {
            return report(LiveReport.Outcome.UNFINISHED, Optional.of(Failure.of(e, List.of())));
        }
        try {
            return canRollBack()
                    ? rolledBack(Optional.of(e))
                    : report(LiveReport.Outcome.UNFINISHED, Optional.of(Failure.of(e, List.of())));
        } catch (BlockException second) {
            return report(
                    LiveReport.Outcome.UNFINISHED,
                    Optional.of(Failure.of(e, List.of("could not be taken back: " + second.getMessage()))));
        }
    }

    private LiveReport rolledBack(Optional<BlockException> why) {
        List<String> cleanup = new ArrayList<>();
        if (journal.disks().stream().anyMatch(disk -> disk.imageId().isPresent())) {
            enter(journal.with(LiveState.ROLLING_BACK));
        }
        if (domain.isActive()) {
            resumeIfWanted();
            for (LiveDisk disk : journal.disks()) {
                Standing standing = standing(disk);
                if (disk.imageId().isPresent() && (standing == Standing.COPYING || standing == Standing.IN_STEP)) {
                    domain.libvirt().cancelCopy(domain.uuid(), disk.target());
                }
            }
        }
        for (LiveDisk disk : journal.disks()) {
            if (images.remove(disk)) {
                cleanup.add("image " + disk.spec() + ", to which it had been copied, was removed");
            }
        }
        files.deleteJournal();
        return report(LiveReport.Outcome.ROLLED_BACK, why.map(e -> Failure.of(e, cleanup)));
    }

    /** A move that was done earlier: nothing is touched, but the domain has to say the same. */
    private LiveReport finished() {
        try {
            boolean same = domain.libvirt()
                    .running(domain.uuid())
                    .or(() -> domain.libvirt().definition(domain.uuid()))
                    .map(xml -> journal.disks().stream().allMatch(disk -> standing(xml, disk) == Standing.ON_IMAGE))
                    .orElse(true);
            if (!same) {
                throw new BlockException(
                        Problem.IMAGE_EXISTS,
                        "instance " + domain.uuid()
                                + " was moved, but uses its old file again; if that is what you want,"
                                + " rename or remove the image and delete " + files.journal());
            }
            return report(LiveReport.Outcome.MOVED_EARLIER, Optional.empty());
        } catch (BlockException e) {
            return report(LiveReport.Outcome.UNFINISHED, Optional.of(Failure.of(e, List.of())));
        }
    }

    private LiveReport report(LiveReport.Outcome outcome, Optional<Failure> failure) {
        boolean rolledBack = outcome == LiveReport.Outcome.ROLLED_BACK;
        return new LiveReport(
                domain.uuid(),
                outcome,
                rolledBack
                        ? List.of()
                        : journal.disks().stream().map(LiveReport.Disk::of).toList(),
                verified,
                paused,
                files.directory().toString(),
                notes,
                failure);
    }
}

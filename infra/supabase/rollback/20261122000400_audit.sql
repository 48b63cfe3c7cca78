drop table public.audit;
drop function haven_partitions.refuse_audit_change();

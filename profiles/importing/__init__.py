"""Customers from a file, from a handful to a million rows: reading it, matching its columns, cleaning, deciding, writing in bulk.

    reading.py · spreadsheet.py    bytes → header and rows of text, or a sentence that says why not
    columns.py                     header → what each column is
    cleaning.py · values.py        a row of text → values as the models store them, or what is wrong with it
    stored.py · deciding.py        values and what is stored → create, update, leave, or refuse
    writing.py · bulk.py           a step's decisions → rows, with their events
    running.py · tasks.py          step after step, as a job that survives its worker

Reading and cleaning know nothing of models, so that cleaning also runs in processes of its own.
"""
